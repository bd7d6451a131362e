"""What tests of tokens need."""

import pytest

from arazzo_runner.openapi.security.token_need import TokenNeed
from unit.http.conftest import serve  # a fixture

__all__ = ["serve"]


@pytest.fixture
def need():
    def build(flow="clientCredentials", *scopes, **members):
        urls = {
            "token_url": "https://id.example/token?tenant=s3cret",
            "refresh_url": "https://id.example/refresh",
            "authorization_url": "https://id.example/authorize?theme=dark",
            "device_url": "https://id.example/device",
        }
        return TokenNeed("shop", "login", flow, scopes, **{**urls, **members})

    return build
