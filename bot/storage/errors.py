"""Why the storage cannot be used: each error is one sentence for the owner, with what to do."""


class StorageError(Exception):
    """The storage cannot be used; the text is one sentence for the owner."""


class StorageInUse(StorageError):
    """Another process has opened this storage."""
