"""What documents are read from, and what is refused. Servers are on this machine only."""

import io
import time
from pathlib import Path

import pytest

from arazzo_runner.document.retrieval import RetrieveError
from arazzo_runner.errors import DocumentError
from arazzo_runner.http.settings import Deadline, HttpSettings
from arazzo_runner.retrieve.access import RetrieveSettings, document_access
from arazzo_runner.retrieve.http import Fetcher

REMOTE = "https://example.com/w.yaml"


def ok(body: bytes, *headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def redirect(location: str, status: int = 302) -> bytes:
    return f"HTTP/1.1 {status} Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


@pytest.fixture
def access(tmp_path, monkeypatch):
    """Ways to documents from the folder of the test, with settings."""
    monkeypatch.chdir(tmp_path)

    def access(environment=None, stdin=None, **settings):
        return document_access(RetrieveSettings(**settings), environment or {}, stdin)

    return access


@pytest.fixture
def local(tmp_path):
    """The URI of a document on this machine."""
    return f"{tmp_path.as_uri()}/w.yaml"


def refusal(read, uri):
    with pytest.raises(RetrieveError) as caught:
        read(uri)
    return caught.value


# --- what the user names --------------------------------------------------------------------------


def test_a_path(access, tmp_path):
    Path("w.yaml").write_bytes(b"text")
    read = access().open("w.yaml")
    assert (read.data, read.name, read.uri) == (b"text", "w.yaml", f"{tmp_path.as_uri()}/w.yaml")
    assert access().open(read.uri).data == b"text"


def test_standard_input_is_in_the_working_directory(access, tmp_path):
    read = access(stdin=io.BytesIO(b"text")).open("-")
    assert (read.data, read.name, read.uri) == (b"text", "<stdin>", f"{tmp_path.as_uri()}/")


def test_standard_input_of_the_process(access, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"text")))
    assert access().open("-").data == b"text"


@pytest.mark.parametrize(("limit", "fits"), [(4, True), (3, False)])
@pytest.mark.parametrize("location", ["w.yaml", "-", "http"])
def test_the_size_of_a_document(access, serve, location, limit, fits):
    Path("w.yaml").write_bytes(b"text")
    server = serve([ok(b"text")])
    reading = access(stdin=io.BytesIO(b"text"), max_bytes=limit)
    where = f"{server.url}/w.yaml" if location == "http" else location
    if fits:
        assert reading.open(where).data == b"text"
        return
    with pytest.raises(DocumentError) as caught:
        reading.open(where)
    (found,) = caught.value.diagnostics
    assert found.code == "AZ109"
    assert "limit" in found.message
    assert "`--max-document-size`" in found.help


@pytest.mark.parametrize(
    ("location", "message", "hint"),
    [
        ("w.yml", "there is no file `w.yml`", "did you mean `w.yaml`?"),
        (".", "`.` is a folder", "name a document in it, such as `w.yaml`"),
        ("ftp://h/w.yaml", "`ftp://h/w.yaml` cannot be read: `ftp:` is not a scheme that documents are read from", "use a file or an https URL"),
        ("c://d/w.yaml", "`c://d/w.yaml` cannot be read: `c:` is not a scheme that documents are read from", "write the path as a URI: `file:///c:/d/w.yaml`"),
    ],
)  # fmt: skip
def test_what_the_user_named_and_cannot_be_read(access, location, message, hint):
    Path("w.yaml").touch()
    with pytest.raises(RetrieveError) as caught:
        access().open(location)
    assert (caught.value.message, caught.value.hint) == (message, hint)
    (found,) = caught.value.as_usage("the document").diagnostics
    assert (found.code, found.help) == ("AZ101", hint)
    assert found.message == f"the document cannot be read: {message}"


def test_a_url(access, serve):
    server = serve([ok(b"text")])
    read = access().open(f"{server.url}/a%20b.yaml?token=secret#part")
    assert read.data == b"text"
    assert read.name == f"{server.url}/a%20b.yaml"
    assert read.uri == f"{server.url}/a%20b.yaml?token=secret"
    assert server.requests[0].startswith(b"GET /a%20b.yaml?token=secret HTTP/1.1\r\n")


@pytest.mark.parametrize("host", ["b\u00fccher.localhost", "b%C3%BCcher.localhost"])
def test_a_document_at_an_internationalized_host(access, serve, monkeypatch, host):
    last = serve([ok(b"text")])
    server = serve([redirect(f"//w\u00fcste.localhost:{last.port}/b.yaml")])
    asked = []

    def resolve(name, port, timeout):
        asked.append(name)
        return [(2, ("127.0.0.1", port))]

    monkeypatch.setattr("arazzo_runner.http.network.resolve_host", resolve)
    read = access(allow_net=True).open(f"http://{host}:{server.port}/a.yaml")
    assert read.data == b"text"
    assert asked == ["xn--bcher-kva.localhost", "xn--wste-0ra.localhost"]
    assert b"Host: xn--bcher-kva.localhost:" in server.requests[0]


def test_a_name_that_resolves_otherwise_the_next_time_gains_nothing(access, monkeypatch):
    """DNS rebinding: one look-up for each connection, and its address is connected to."""
    answers = iter(["93.184.216.34", "127.0.0.1"])
    connected = []

    async def connect(self, address, timeout):
        connected.append(address[1][0])
        raise ConnectionRefusedError

    monkeypatch.setattr(
        "arazzo_runner.http.network.resolve_host",
        lambda name, port, timeout: [(2, (next(answers), port))],
    )
    monkeypatch.setattr("arazzo_runner.http.network.BlockingNetwork.connect", connect)
    read = access().retrieve_for(REMOTE)
    assert "no server is listening" in refusal(read, "https://rebound.example/a.yaml").message
    assert connected == ["93.184.216.34"]
    assert "is a loopback address" in refusal(read, "https://rebound.example/a.yaml").message
    assert connected == ["93.184.216.34"]


def test_a_url_is_percent_encoded(access, serve):
    server = serve([ok(b"text")])
    access().open(f"{server.url}/a b.yaml")
    assert server.requests[0].startswith(b"GET /a%20b.yaml ")


@pytest.mark.parametrize(
    ("url", "code"),
    [("http://169.254.169.254/x", "AZ216"), ("http://192.168.0.1/x", "AZ216"), ("https://u:p@127.0.0.1/x", "AZ201")],
)  # fmt: skip
def test_a_url_that_is_refused(access, url, code):
    with pytest.raises(RetrieveError) as caught:
        access().open(url)
    assert caught.value.code == code
    assert "p@" not in caught.value.message


def test_a_server_that_is_down(access, serve):
    server = serve([ok(b"")])
    server.stop()
    with pytest.raises(RetrieveError, match="no server is listening at"):
        access().open(server.url)


def test_a_status_that_is_no_document(access, serve):
    server = serve([ok(b"gone").replace(b"200 OK", b"404 Not Found")])
    with pytest.raises(RetrieveError, match=r"/w\.yaml` returns status 404"):
        access().open(f"{server.url}/w.yaml?token=secret")


PAGE = b"\xef\xbb\xbf <!-- hello -->\n<!DOCTYPE html><html></html>"


def test_a_page_is_no_document(access, serve):
    server = serve([ok(PAGE)])
    found = refusal(access().open, f"{server.url}/w.yaml")
    assert found.message == f"`{server.url}/w.yaml` returns a page (HTML) and no document"
    assert found.hint.startswith("name the URL of the document itself")


def test_the_page_of_an_error_is_its_status(access, serve):
    server = serve([ok(PAGE).replace(b"200 OK", b"500 Sorry")])
    found = refusal(access().open, f"{server.url}/w.yaml")
    assert found.message == f"`{server.url}/w.yaml` returns status 500"


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_says_how_to_send_credentials(access, serve, status):
    server = serve([ok(b"no").replace(b"200 OK", f"{status} No".encode())])
    found = refusal(access().open, f"{server.url}/w.yaml")
    assert found.message == f"`{server.url}/w.yaml` returns status {status}"
    assert found.hint.startswith("`--header 'NAME: VALUE'` is sent to the servers")


def test_documents_are_fetched_without_what_is_for_steps(access, serve, monkeypatch):
    """Their redirects are judged one at a time, and there are no cookies."""
    made = []
    monkeypatch.setattr(
        "arazzo_runner.retrieve.http.GuardedSenders", lambda settings, *_: made.append(settings)
    )
    Fetcher(HttpSettings(cookies=True, follow_redirects=3, timeout=7.0), {})
    (settings,) = made
    assert (settings.cookies, settings.follow_redirects) == (False, 0)
    assert settings.timeout == 7.0


def test_a_document_that_is_too_slow(access, serve):
    server = serve([lambda connection: connection.recv(1)])
    with pytest.raises(RetrieveError, match=r"within 0\.1 s|nothing for 0\.1 s"):
        access(http=HttpSettings().with_timeout(0.1)).open(server.url)


def test_a_message_names_the_limit_and_not_what_was_left_of_it(access, serve):
    def late(connection):
        connection.recv(65536)
        time.sleep(0.2)
        connection.sendall(redirect("/b"))

    server = serve([late], [lambda connection: connection.recv(65536) and connection.recv(1)])
    settings = HttpSettings(timeout=0.5, read_timeout=30.0)
    with pytest.raises(RetrieveError, match=r"within 0\.5 s"):
        access(http=settings).open(f"{server.url}/a")


def test_redirects_take_from_the_same_time(access, serve, monkeypatch):
    class Ended(Deadline):
        """Has time for one request."""

        requests = 0

        def left(self):
            self.requests += 1
            if self.requests == 2:
                raise TimeoutError
            return super().left()

    monkeypatch.setattr("arazzo_runner.retrieve.http.Deadline", Ended)
    server = serve([redirect("/b"), ok(b"")])
    with pytest.raises(RetrieveError, match="/a` was not complete within 60 s"):
        access().open(f"{server.url}/a")
    assert len(server.requests) == 1


# --- redirects ------------------------------------------------------------------------------------


def test_the_base_is_the_last_uri(access, serve):
    server = serve([redirect("/b/w.yaml"), ok(b"text")])
    assert access().open(f"{server.url}/a").uri == f"{server.url}/b/w.yaml"


PART = b"--x\r\nContent-ID: <%s>\r\n%s\r\n%s\r\n"


@pytest.mark.parametrize(
    ("start", "location", "data", "uri"),
    [
        ("", b"", b"one", "/a"),
        (
            "",
            b"Content-Location: https://example.com/w/d.yaml\r\n",
            b"one",
            "https://example.com/w/d.yaml",
        ),
        ("", b"Content-Location: w/d.yaml\r\n", b"one", "/w/d.yaml"),
        # A place on this machine would give the document power over its files.
        ("", b"Content-Location: file:///etc/passwd\r\n", b"one", "/a"),
        ('; start="<two>"', b"", b"two", "/a"),
        ('; start="<three>"', b"", b"one", "/a"),
    ],
)
def test_a_document_in_a_multipart_answer(access, serve, start, location, data, uri):
    body = PART % (b"one", location, b"one") + PART % (b"two", b"", b"two") + b"--x--\r\n"
    server = serve([ok(body, f"Content-Type: Multipart/Related; boundary=x{start}")])
    read = access().open(f"{server.url}/a")
    assert (read.data, read.uri) == (data, uri if "://" in uri else server.url + uri)


NESTED = b"".join(
    b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1)
    for n in range(5000)
)


@pytest.mark.parametrize(
    ("content_type", "body", "data"),
    [
        ("multipart/related; boundary=b0", NESTED, NESTED.partition(b"\r\n\r\n")[2]),
        ('multipart/related; boundary="\u65e5"', "--\u65e5\r\n\r\na\r\n--\u65e5--".encode(), b"a"),
        ("multipart/related; boundary=b", b"--b\r\nContent-Location: \xff\r\n\r\na\r\n--b--", b"a"),
        ("multipart/related; boundary=b", b"x\n--bb\n--b \n\na\n--b--\n--b\n\nc\n--b--", b"a"),
        ("multipart/related; boundary=b", b"--b\n\na--b\n", b"a--b\n"),
    ],
)  # fmt: skip
def test_hostile_multipart_answers(access, serve, content_type, body, data):
    server = serve([ok(body, f"Content-Type: {content_type}")])
    assert access().open(f"{server.url}/a").data == data


def test_a_multipart_answer_without_parts(access, serve):
    server = serve([ok(b"", "Content-Type: multipart/related; boundary=x")])
    with pytest.raises(RetrieveError, match="has no parts"):
        access().open(server.url)


@pytest.mark.parametrize(("count", "fits"), [(5, True), (6, False)])
def test_the_number_of_redirects(access, serve, count, fits):
    server = serve([*(redirect(f"/{n}") for n in range(count)), ok(b"text")])
    if fits:
        assert access().open(server.url).data == b"text"
        return
    with pytest.raises(RetrieveError, match="too many redirects"):
        access().open(server.url)


def test_a_redirect_to_another_origin_is_judged_as_a_stranger(access, serve):
    other = serve([ok(b"text")])
    first = serve([redirect(f"{other.url}/w.yaml")])
    with pytest.raises(RetrieveError) as caught:
        access().open(first.url)
    assert caught.value.code == "AZ216"
    assert other.requests == []
    again = serve([redirect(f"{other.url}/w.yaml")])
    assert access(allow_net=True).open(again.url).data == b"text"


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://h/x"])
def test_a_redirect_leads_to_http_only(access, serve, location):
    server = serve([redirect(location)])
    with pytest.raises(RetrieveError, match="redirects"):
        access().open(server.url)


# --- what documents name --------------------------------------------------------------------------


def test_a_local_document_reads_files(access, local, tmp_path):
    Path("api.yaml").write_bytes(b"text")
    read = access().retrieve_for(local)
    assert read(f"{tmp_path.as_uri()}/api.yaml").name == "api.yaml"
    found = refusal(read, f"{tmp_path.as_uri()}/apis.yaml")
    assert (found.code, found.message) == ("AZ201", "there is no file `apis.yaml`")
    assert found.hint == "did you mean `api.yaml`?"


def test_a_local_document_reaches_this_machine(access, local, serve):
    server = serve([ok(b"text")])
    assert access().retrieve_for(local)(f"{server.url}/a").data == b"text"


@pytest.mark.parametrize("uri", ["urn:uuid:1", "data:,x", "relative.yaml"])
def test_other_schemes(access, local, uri):
    assert refusal(access().retrieve_for(local), uri).hint == "use a file or an https URL"


def test_a_document_from_a_url_never_reaches_files(access, tmp_path):
    Path("api.yaml").write_bytes(b"text")
    uri = f"{tmp_path.as_uri()}/api.yaml"
    found = refusal(access().retrieve_for(REMOTE), uri)
    assert (found.code, found.hint) == ("AZ216", "`--allow-read` allows it")
    assert access(allow_read=True).retrieve_for(REMOTE)(uri).data == b"text"


def test_a_document_from_a_url_does_not_reach_this_machine(access, serve):
    server = serve([ok(b"text")])
    found = refusal(access().retrieve_for(REMOTE), server.url)
    assert (found.code, found.hint) == ("AZ216", "`--allow-net` allows it")
    assert server.accepted == 0
    assert access(allow_net=True).retrieve_for(REMOTE)(server.url).data == b"text"


def test_a_name_that_resolves_to_this_machine_is_judged_by_its_address(access, serve):
    server = serve([ok(b"text")])
    url = server.url.replace("127.0.0.1", "localhost")
    assert refusal(access().retrieve_for(REMOTE), url).code == "AZ216"
    assert server.accepted == 0


def test_http_is_for_this_machine_alone(access, monkeypatch):
    monkeypatch.setattr(
        "arazzo_runner.http.network.resolve_host", lambda *_: [(2, ("93.184.216.34", 80))]
    )
    found = refusal(access().retrieve_for(REMOTE), "http://example.com/a.yaml")
    assert (found.code, found.hint) == ("AZ216", "use https, or allow it with `--allow-http`")


# --- proxies --------------------------------------------------------------------------------------


def test_through_a_proxy(access, serve):
    proxy = serve([ok(b"text")])
    environment = {"http_proxy": proxy.url}
    with pytest.raises(RetrieveError) as caught:
        access(environment).open("http://example.com/w.yaml")
    assert caught.value.hint == "use https, or allow it with `--allow-http`"
    read = access(environment, allow_http=True)
    assert read.open("http://example.com/w.yaml").data == b"text"
    assert proxy.requests[0].startswith(b"GET http://example.com/w.yaml HTTP/1.1\r\n")
    assert refusal(read.retrieve_for(REMOTE), "http://example.com/a").code == "AZ216"


# --- folders --------------------------------------------------------------------------------------


def test_source_dirs(access):
    Path("moved").mkdir()
    Path("moved/a b.yaml").touch()
    reading = access(source_dirs=("moved",))
    assert reading.find("a%20b.yaml") == "moved/a b.yaml"
    assert reading.find("%2e%2e%2fmoved%2fa b.yaml") is None
    assert reading.find("/docs/a%20b.yaml") == "moved/a b.yaml"
    assert reading.find("c.yaml") is None
