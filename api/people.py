"""How people stand in what the API gives."""

import uuid

from pydantic import BaseModel


class Person(BaseModel):
    """Somebody with an account, as others see them; `avatar` is the address of a picture."""

    id: uuid.UUID
    display_name: str
    handle: str | None
    avatar: str | None
