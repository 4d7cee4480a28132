"""The models that the OpenAPI document names: two of one name are told apart by a number."""

from itertools import count
from typing import Any

_REF = "#/components/schemas/"


class Models:
    """Keeps what each name stands for."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}

    def named_apart(
        self, paths: dict[str, Any], models: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return paths and their models under names that stand for nothing else."""
        names = {name: self._name_for(name, model) for name, model in models.items()}
        renamed = {names[name]: _renamed(model, names) for name, model in models.items()}
        return _renamed(paths, names), renamed

    def _name_for(self, name: str, model: Any) -> str:
        candidates = (name if number == 1 else f"{name}{number}" for number in count(1))
        return next(each for each in candidates if self._known.setdefault(each, model) == model)


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_renamed(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _REF + names.get(each.removeprefix(_REF), each.removeprefix(_REF))
        if name == "$ref"
        else _renamed(each, names)
        for name, each in value.items()
    }
