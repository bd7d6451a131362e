"""The three-step job as one would write it by hand."""

import sys

import httpx

url, flow = sys.argv[1:]
with httpx.Client(base_url=f"{url}/v2/Flows/{flow}", auth=("AC0", "secret")) as client:
    started = client.post("/Executions", data={"To": "+15558675310", "From": "+15017122661"})
    assert started.status_code == 201, started
    fetched = client.get(f"/Executions/{started.json()['sid']}")
    assert fetched.status_code == 200, fetched
    steps = client.get(f"/Executions/{started.json()['sid']}/Steps")
    assert steps.status_code == 200, steps
    print(fetched.json()["status"], steps.json()["steps"])
