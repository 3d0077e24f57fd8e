"""The disk, without a disk that matters."""
