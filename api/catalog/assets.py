"""What videos are made of: the media part writes it. A new upload is a new version; the old ones stay."""

import uuid

from store.database import Connection, Row

_ASSETS = """
select asset.id, asset.kind, asset.label, asset.created_at, (
    select coalesce(json_agg(json_build_object(
        'number', stored.number, 'state', stored.state, 'content_type', stored.content_type,
        'size_bytes', stored.size_bytes, 'checksum', stored.checksum,
        'trouble', case when $2 then stored.trouble end, 'created_at', wire_ms(stored.created_at),
        'renditions', (
            select coalesce(json_agg(json_build_object(
                'name', rendition.name, 'content_type', rendition.content_type, 'width', rendition.width,
                'height', rendition.height, 'bits_per_second', rendition.bits_per_second,
                'size_bytes', rendition.size_bytes
            ) order by rendition.height desc nulls last, rendition.name), '[]')
            from rendition where rendition.asset = stored.asset and rendition.number = stored.number
        )
    ) order by stored.number desc), '[]')
    from asset_version as stored where stored.asset = asset.id and ($2 or stored.state = 'ready')
) as versions
from asset where asset.video = $1 order by asset.kind, asset.label limit 200
"""


async def assets_of(connection: Connection, video: uuid.UUID, editor: bool) -> list[Row]:
    """Return a video's assets with their versions, the newest first; only editors see those not ready."""
    return await connection.fetch(_ASSETS, video, editor)
