"""What is said of a satellite on the wire: position, track, and why there is none; rounded to be small."""

from typing import Any

from telemetry.element_sets import ElementSet
from telemetry.orbits import GroundTrack, SubPoints

Payload = dict[str, Any]

_DEGREE_DECIMALS = 4  # 11 m on the ground, far below what an element set is good for
_TRACK_DEGREE_DECIMALS = 2  # 1.1 km: a fifth of a pixel on a map as wide as a large screen
_KM_DECIMALS = 3


def positions(element_set: ElementSet, states: SubPoints) -> list[Payload]:
    """Give a `position` for each of `states`, in their order."""
    columns = zip(
        states.times_ms.tolist(),
        states.latitude_deg.round(_DEGREE_DECIMALS).tolist(),
        states.longitude_deg.round(_DEGREE_DECIMALS).tolist(),
        states.altitude_km.round(_KM_DECIMALS).tolist(),
        states.velocity_km_s.round(_KM_DECIMALS).tolist(),
        states.sunlit.tolist(),
        states.footprint_radius_km.round(_KM_DECIMALS).tolist(),
        strict=True,
    )
    return [_position(element_set, *row) for row in columns]


def track(element_set: ElementSet, ground_track: GroundTrack, at_ms: int) -> Payload:
    """Give the `track` payload: points [latitude, longitude] from `from` on, one each `step_ms`."""
    latitude = ground_track.latitude_deg.round(_TRACK_DEGREE_DECIMALS).tolist()
    longitude = ground_track.longitude_deg.round(_TRACK_DEGREE_DECIMALS).tolist()
    return {
        "type": "track",
        "norad": element_set.norad,
        "at": at_ms,
        "from": ground_track.from_ms,
        "step_ms": ground_track.step_ms,
        "points": [[lat, _wrapped(lon)] for lat, lon in zip(latitude, longitude, strict=True)],
    }


def unavailable(norad: int, reason: str, at_ms: int) -> Payload:
    """Give the `unavailable` payload: no position can be said, and the sentence that tells why."""
    return {"type": "unavailable", "norad": norad, "at": at_ms, "reason": reason}


def _position(
    element_set: ElementSet,
    at_ms: int,
    latitude: float,
    longitude: float,
    altitude: float,
    velocity: float,
    sunlit: bool,
    footprint: float,
) -> Payload:
    return {
        "type": "position",
        "at": at_ms,
        "norad": element_set.norad,
        "name": element_set.name,
        "latitude": latitude,
        "longitude": _wrapped(longitude),
        "altitude_km": altitude,
        "velocity_km_s": velocity,
        "sunlit": sunlit,
        "footprint_radius_km": footprint,
        "element_set": {
            "epoch": element_set.epoch_ms,
            "age_s": (at_ms - element_set.epoch_ms) // 1000,
        },
    }


def _wrapped(longitude: float) -> float:
    """Say the dateline as -180, so that one place has one longitude."""
    return -180.0 if longitude >= 180.0 else longitude
