"""How to get in: what the access file of a platform says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(kw_only=True)
class Access:
    """The access document, and which of its keys are still free."""

    access: dict[str, Any] = field(default_factory=dict)
    _keys_taken: int = 0

    def take_key(self) -> str:
        """A mandate key nobody has used: each serves exactly one app."""
        key = self.access["mandate_keys"][self._keys_taken]
        self._keys_taken += 1
        return key

    @property
    def url(self) -> str:
        return self.access["fakts_url"]

    @property
    def rekuest_url(self) -> str:
        return self.access["services"]["rekuest"]["url"]

    @property
    def lok_url(self) -> str:
        return self.access["services"]["lok"]["url"]

    @property
    def s3_url(self) -> str:
        return self.access["services"]["s3"]["url"]
