from unit.http.conftest import serve  # a fixture

__all__ = ["serve"]
