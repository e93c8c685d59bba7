"""The proxy that the environment names for an address.

Asked once: with aiohttp's own `trust_env` every call looks it up in a thread, and reads `.netrc`.
"""

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from harness.errors import ConfigError

_SCHEMES = ("http", "https", "socks5", "socks5h")


def proxy_of(base_url: str) -> str | None:
    """The proxy's URL, None where the address is called directly; loopback always is.

    Raises:
        ConfigError: The environment holds something else.
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if host in ("localhost", "127.0.0.1", "::1") or proxy_bypass(host):
        return None
    proxy = getproxies().get(parts.scheme)
    if not proxy:
        return None
    url = proxy if "://" in proxy else f"http://{proxy}"
    if not _can_be_called(url):
        raise ConfigError(f"the proxy in {parts.scheme.upper()}_PROXY is not a URL")
    return url


def _can_be_called(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in _SCHEMES and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
