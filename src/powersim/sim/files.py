"""Names of `powersim.files.writing` under which the engine knows them."""

from __future__ import annotations

from powersim.files.writing import sync, sync_tree, write_atomically

__all__ = ["sync", "sync_tree", "write_atomically"]
