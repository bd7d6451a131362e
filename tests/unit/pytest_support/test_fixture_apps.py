"""Applications that are called in process, for collected workflows and for those in Python tests."""

import pytest

from unit.pytest_support.project import Project

FASTAPI = """
from contextlib import asynccontextmanager
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

class Pet(BaseModel):
    name: str

@asynccontextmanager
async def lifespan(app):
    app.state.pets = {}
    yield
    print("the app has ended")

app = FastAPI(lifespan=lifespan)

@app.post("/pets", status_code=201)
async def add(pet: Pet):
    number = len(app.state.pets) + 1
    app.state.pets[number] = pet.name
    return {"id": number, "name": pet.name}

@app.get("/pets/{number}")
async def read(number: int):
    if number not in app.state.pets:
        raise HTTPException(404)
    return {"name": app.state.pets[number]}
"""

STARLETTE = """
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

pets = {}

async def add(request):
    pets[len(pets) + 1] = (await request.json())["name"]
    return JSONResponse({"id": len(pets), "name": pets[len(pets)]}, 201)

async def read(request):
    name = pets.get(request.path_params["number"])
    return JSONResponse({"name": name}, 200 if name else 404)

app = Starlette(routes=[Route("/pets", add, methods=["POST"]), Route("/pets/{number:int}", read)])
"""

FLASK = """
from flask import Flask, request

app = Flask("pets")
pets = {}

@app.post("/pets")
def add():
    pets[len(pets) + 1] = request.json["name"]
    return {"id": len(pets), "name": pets[len(pets)]}, 201

@app.get("/pets/<int:number>")
def read(number):
    return {"name": pets.get(number)}, 200 if number in pets else 404
"""

CONFTEST = """
import pytest
from pets_app import app

@pytest.fixture{scope}
def arazzo_app():
    return app
"""

TESTS = """
import pytest
from arazzo_runner import WorkflowFailed

def test_blocking(arazzo):
    result = arazzo.run("pets.arazzo.yaml", "addPet", inputs={"name": "Al"})
    assert result.outputs["id"] > 0

async def test_awaiting(arazzo):
    result = await arazzo.arun("pets.arazzo.yaml", "addPet")
    assert result.steps["read"].status.value == "passed"

async def test_blocking_within_a_loop(arazzo):
    arazzo.run("pets.arazzo.yaml", "missPet")

def test_failing(arazzo):
    with pytest.raises(WorkflowFailed, match="integer 503") as failed:
        arazzo.run("pets.arazzo.yaml", "missPet", app=closed)
    assert failed.value.result.exit_code == 1

def closed(environ, start_response):
    start_response("503 Closed", [("Content-Type", "text/plain")])
    return [b"refused at the door"]
"""

APPS = {"fastapi": FASTAPI, "starlette": STARLETTE, "flask": FLASK}


@pytest.fixture(params=APPS)
def with_app(request: pytest.FixtureRequest, project: Project) -> Project:
    project.write("pets_app.py", APPS[request.param])
    project.write("conftest.py", CONFTEST.format(scope=""))
    project.write("pytest.ini", "[pytest]\npythonpath = .\n")
    return project


def test_an_app_answers(with_app: Project) -> None:
    with_app.run("pets.arazzo.yaml").assert_outcomes(passed=2)


@pytest.mark.parametrize("mode", ["auto", "strict"])
def test_within_python_tests(with_app: Project, mode: str) -> None:
    text = TESTS if mode == "auto" else TESTS.replace("async", "@pytest.mark.asyncio\nasync")
    with_app.write("test_pets.py", text)
    result = with_app.run_awaiting(mode)
    result.assert_outcomes(passed=6)


AWAITED = """
import pytest_asyncio
from pets_app import app

@pytest_asyncio.fixture
async def arazzo_app():
    yield app
"""


@pytest.mark.parametrize("mode", ["auto", "strict"])
def test_a_fixture_that_is_awaited(project: Project, mode: str) -> None:
    project.write("pets_app.py", FASTAPI)
    project.write("conftest.py", AWAITED)
    project.write("pytest.ini", "[pytest]\npythonpath = .\n")
    result = project.run_awaiting(mode)
    result.assert_outcomes(passed=2)


def test_a_lifespan_is_that_of_a_test(project: Project) -> None:
    project.write("pets_app.py", FASTAPI)
    project.write("conftest.py", CONFTEST.format(scope="(scope='session')"))
    project.write("pytest.ini", "[pytest]\npythonpath = .\n")
    output = project.lines("-s", "pets.arazzo.yaml")
    assert output.count("the app has ended") == 2


def test_a_test_has_one_lifespan_for_all_its_runs(project: Project) -> None:
    project.write("pets_app.py", FASTAPI)
    project.write("conftest.py", CONFTEST.format(scope=""))
    project.write("pytest.ini", "[pytest]\npythonpath = .\n")
    project.write(
        "test_pets.py",
        "def test_it(arazzo):\n"
        "    runs = [arazzo.run('pets.arazzo.yaml', 'addPet') for _ in range(3)]\n"
        "    assert [one.outputs['id'] for one in runs] == [1, 2, 3]\n",
    )
    project.run("test_pets.py").assert_outcomes(passed=1)


def test_the_mock_wins_over_an_app(with_app: Project) -> None:
    result = with_app.run("--arazzo-mock", "pets.arazzo.yaml", "-k", "addPet", "-rP")
    result.assert_outcomes(passed=1)
    assert "id = 7" in result.stdout.str()


SERVED = """
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_error(404)

@pytest.fixture(scope="session")
def arazzo_server():
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
"""


def test_a_server_that_a_fixture_starts(project: Project) -> None:
    project.write("conftest.py", SERVED)
    project.run("-k", "missPet").assert_outcomes(passed=1)
