"""As many GET requests as asked for, one after the other."""

import sys

import httpx

url, count = sys.argv[1:]
with httpx.Client(base_url=url) as client:
    for number in range(int(count)):
        response = client.get(f"/items/{number}")
        assert response.status_code == 200, response
        assert response.json()["id"] == number
