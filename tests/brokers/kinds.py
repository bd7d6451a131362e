"""The brokers that tests run against, a row each: how one is started on ports of 127.0.0.1.

Each has a port without encryption and one with it (``tls``), accepts anyone, and refuses the
password ``wrong``, messages above MAX_MESSAGE, and the address ``secret`` to who is not USER.
What is written goes to a folder of its own.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

USER, PASSWORD, TOKEN = "clerk", "open-sesame-91", "token-of-the-desk-7"
MAX_MESSAGE = 2 << 20  # more than a run accepts


@dataclass(frozen=True)
class Site:
    """Where a broker lives; ``certificate``, ``key`` and ``authority`` are files of PEM."""

    folder: Path
    ports: Mapping[str, int]
    certificate: Path
    key: Path
    authority: Path

    def write(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return str(path)


@dataclass(frozen=True)
class Kind:
    """``program`` is also the name of Debian's package; ``command`` writes the configuration.

    ``ports`` are the names of the ports that it listens at.
    """

    program: str
    command: Callable[[str, Site], list[str]]
    ports: tuple[str, ...] = ("plain", "tls")
    environment: Callable[[Site], dict[str, str]] = field(default=lambda site: {})


def mosquitto(program: str, site: Site) -> list[str]:
    # As mosquitto_passwd writes it: PBKDF2 with SHA-512, the number of rounds, the salt, the key.
    salt, rounds = b"salt of test", 101
    key = hashlib.pbkdf2_hmac("sha512", PASSWORD.encode(), salt, rounds)
    coded = "$".join(b64encode(one).decode() for one in (salt, key))
    passwords = site.write("passwords", f"{USER}:$7${rounds}${coded}\n")
    rules = f"topic readwrite #\ntopic deny secret\nuser {USER}\ntopic readwrite #\n"
    text = f"""
        per_listener_settings false
        acl_file {site.write("rules", rules)}
        allow_anonymous true
        password_file {passwords}
        max_packet_size {MAX_MESSAGE}
        set_tcp_nodelay true
        log_dest stderr
        user root
        listener {site.ports["plain"]} 127.0.0.1
        listener {site.ports["tls"]} 127.0.0.1
        certfile {site.certificate}
        keyfile {site.key}
    """
    return [program, "-c", site.write("mosquitto.conf", _lines(text))]


def nats(program: str, site: Site) -> list[str]:
    users = f"""
        no_auth_user: anyone
        authorization {{
            users: [
                {{user: anyone, password: anyone, permissions: {{
                    publish: {{deny: secret}}, subscribe: {{deny: secret}}
                }}}}
                {{user: {USER}, password: {PASSWORD}}}
            ]
        }}
    """
    return _nats(program, site, users)


def nats_with_token(program: str, site: Site) -> list[str]:
    return _nats(program, site, f"authorization {{ token: {TOKEN} }}")


def nats_with_tls(program: str, site: Site) -> list[str]:
    return _nats(
        program, site, f"tls {{ cert_file: '{site.certificate}', key_file: '{site.key}' }}"
    )


def _nats(program: str, site: Site, text: str) -> list[str]:
    limits = f"""
        listen: "127.0.0.1:{site.ports["plain"]}"
        max_payload: {MAX_MESSAGE}
    """
    return [program, "-c", site.write("nats.conf", _lines(limits + text))]


def redis(program: str, site: Site) -> list[str]:
    text = f"""
        bind 127.0.0.1
        port {site.ports["plain"]}
        tls-port {site.ports["tls"]}
        tls-cert-file {site.certificate}
        tls-key-file {site.key}
        tls-ca-cert-file {site.authority}
        tls-auth-clients no
        save ""
        appendonly no
        dir {site.folder}
        user {USER} on >{PASSWORD} ~* &* +@all
    """
    return [program, site.write("redis.conf", _lines(text))]


def rabbitmq(program: str, site: Site) -> list[str]:
    site.write("enabled_plugins", "[].")
    text = f"""
        listeners.tcp.1 = 127.0.0.1:{site.ports["plain"]}
        listeners.ssl.1 = 127.0.0.1:{site.ports["tls"]}
        ssl_options.cacertfile = {site.authority}
        ssl_options.certfile = {site.certificate}
        ssl_options.keyfile = {site.key}
        ssl_options.verify = verify_none
        load_definitions = {site.write("definitions.json", json.dumps(_rabbitmq_definitions()))}
        max_message_size = {MAX_MESSAGE}
        log.console = false
        log.file.level = error
    """
    site.write("rabbitmq.conf", _lines(text))
    # Debian's program changes the user; the server itself stands beside it.
    server = Path(program).resolve().with_name("rabbitmq-server")
    epmd = f"epmd -address 127.0.0.1 -port {site.ports['names']} &"
    return ["sh", "-c", f'{epmd} exec "$0"', str(server if server.exists() else program)]


def _rabbitmq_definitions() -> dict[str, object]:
    """Two users and two virtual hosts; ``guest`` is who shows no credentials."""
    users = [
        {"name": name, "password_hash": _rabbitmq_hash(password), "tags": ""}
        for name, password in ((USER, PASSWORD), ("guest", "guest"))
    ]
    rules = {"guest": "^(?!secret$).*", USER: ".*"}
    permissions = [
        {"user": name, "vhost": "/", "configure": rule, "write": rule, "read": rule}
        for name, rule in rules.items()
    ]
    hosts = [{"name": "/"}, {"name": "other"}]
    return {"users": users, "vhosts": hosts, "permissions": permissions}


def _rabbitmq_hash(password: str) -> str:
    salt = b"salt"
    return b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def rabbitmq_environment(site: Site) -> dict[str, str]:
    return {
        "HOME": str(site.folder),
        "ERL_EPMD_PORT": str(site.ports["names"]),
        "RABBITMQ_NODENAME": f"test-{site.ports['plain']}@localhost",
        "RABBITMQ_DIST_PORT": str(site.ports["nodes"]),
        "RABBITMQ_MNESIA_BASE": str(site.folder / "data"),
        "RABBITMQ_LOG_BASE": str(site.folder / "log"),
        "RABBITMQ_CONFIG_FILE": str(site.folder / "rabbitmq.conf"),
        "RABBITMQ_CONF_ENV_FILE": str(site.folder / "none"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(site.folder / "enabled_plugins"),
        # One scheduler that does not spin: it is ready in half the time.
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
        "RUNNING_UNDER_SYSTEMD": "true",  # the process is the server, not a shell that waits for it
    }


def _lines(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines()) + "\n"


KINDS: Mapping[str, Kind] = {
    "mosquitto": Kind("mosquitto", mosquitto),
    "nats": Kind("nats-server", nats, ports=("plain",)),
    "nats with a token": Kind("nats-server", nats_with_token, ports=("plain",)),
    "nats with TLS": Kind("nats-server", nats_with_tls, ports=("plain",)),
    "redis": Kind("redis-server", redis),
    "rabbitmq": Kind(
        "rabbitmq-server",
        rabbitmq,
        ports=("plain", "tls", "names", "nodes"),
        environment=rabbitmq_environment,
    ),
}
