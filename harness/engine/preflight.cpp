#include "harness/engine/preflight.hpp"

#include "journal/reader.hpp"

namespace rpchspec::engine {
namespace {

namespace jnl = journal::v1;

void note_head(Way& way, jnl::Head const& head) {
  if (!head.response() || head.status() / 100 == 1) {
    return;
  }
  if (head.log_on() && way.answered && !way.challenge) {
    return;  // of the other channel; ours has its answer
  }
  if (way.challenge) {
    way.status = 0;
    way.reason.clear();
  }
  way.challenge = head.log_on();
  way.answered = true;
  if (head.status() != 200 && way.status == 0) {
    way.status = head.status();
    way.reason = head.reason();
  }
}

void note_client(Way& way, jnl::Event const& event) {
  if (event.has_opened()) {
    way.proxy_reached = true;
  } else if (event.has_head()) {
    note_head(way, event.head());
  } else if (event.has_pdu() && event.direction() == jnl::RECEIVED) {
    way.opened = true;
  } else if (event.has_raw() && event.direction() == jnl::RECEIVED) {
    way.garbage = way.garbage || !way.answered;
  } else if (event.has_ended()) {
    auto const ending = event.ended().ending();
    way.tls_failed = way.tls_failed || ending == jnl::TLS_FAILED;
    if (ending == jnl::REFUSED || ending == jnl::UNREACHABLE || ending == jnl::TIMED_OUT ||
        ending == jnl::TLS_FAILED) {
      way.connect_detail = event.ended().detail();
    }
  }
}

std::string url_of(targets::Target const& target) {
  return target.urls.empty() ? "the embedded proxy" : target.urls.front().text;
}

std::string upstreams_of(targets::Target const& target) {
  std::string text;
  for (auto const& at : target.upstream_listen) {
    text += (text.empty() ? "" : ", ") + at.host + ":" + std::to_string(at.port);
  }
  return text;
}

/// A front that does not come through to us; empty when it does.
std::string on_front(Way const& way, targets::Target const& target) {
  bool const asks_for_credentials = way.status == 401;
  if (target.topology != targets::Topology::http_front || way.upstream_reached ||
      asks_for_credentials) {
    return {};
  }
  auto const said = way.status == 0 ? std::string("the front answered nothing")
                                    : "the front answered " + std::to_string(way.status) +
                                          (way.reason.empty() ? "" : " " + way.reason);
  return said + " and sent nothing to our upstream " + upstreams_of(target) +
         ": check the server that it forwards to, a firewall, and whether it carries the methods "
         "RPC_IN_DATA and RPC_OUT_DATA for /rpc/rpcproxy.dll.";
}

/// What stands behind a live endpoint is not ours to look at.
std::string on_live(Way const& way, targets::Target const& target) {
  auto const said = way.status == 0 ? std::string(way.answered ? "a 200 came, but not all of CONN"
                                                               : "the endpoint answered nothing")
                                    : "the endpoint answered " + std::to_string(way.status) +
                                          (way.reason.empty() ? "" : " " + way.reason);
  return said + ": rpchspec diagnose " + url_of(target) + " --server " + target.server_name +
         " says which step breaks, and why.";
}

std::string on_missing_log_on(std::string const& said, targets::Target const& target) {
  if (target.auth == targets::Auth::none) {
    return said + ": give credentials with --auth basic|ntlm|negotiate, --user U and a password.";
  }
  return said + ": it refuses the " + std::string(targets::to_string(target.auth)) +
         " credentials of " + target.user +
         ": check the password, the domain, and whether it offers this scheme.";
}

std::string on_refusal(Way const& way, targets::Target const& target, std::string const& server) {
  auto const carried = way.upstream_reached || way.server_reached;
  bool const front = target.topology == targets::Topology::http_front;
  auto const said = std::string(front ? "the front" : "the proxy") + " answered " +
                    std::to_string(way.status) + (way.reason.empty() ? "" : " " + way.reason);
  switch (way.status) {
    case 401:
      return on_missing_log_on(said, target);
    case 403:
      return said + ": check AllowAnonymous, whether it wants TLS, and the proxy's rules for " +
             server + ".";
    case 404:
      return said + ": check that /rpc/rpcproxy.dll is served at this URL.";
    case 400:
    case 405:
    case 501:
      return carried ? said + "."
                     : said + ": it does not carry the methods RPC_IN_DATA and RPC_OUT_DATA.";
    default:
      break;
  }
  if (!way.server_reached) {
    return said + " and nobody connected to " + server +
           ": check its ValidPorts, a firewall, and --server-name.";
  }
  return said + ".";
}

}  // namespace

bool leads_nowhere(Way const& way, targets::Target const& target) {
  return target.topology == targets::Topology::http_front && !way.upstream_reached &&
         way.status >= 502 && way.status <= 504;
}

Way read_way(std::filesystem::path const& journal) {
  Way way;
  (void)journal::read(journal, [&way](jnl::Event const& event) {
    if (event.source() == jnl::CLIENT) {
      note_client(way, event);
    } else if (event.source() == jnl::SERVER && event.has_opened()) {
      way.server_reached = true;
    } else if (event.source() == jnl::UPSTREAM && event.has_opened()) {
      way.upstream_reached = true;
    }
  });
  return way;
}

std::string advice(Way const& way, targets::Target const& target, std::string const& server) {
  if (!way.proxy_reached) {
    return "no connection to " + url_of(target) +
           (way.connect_detail.empty() ? "" : " (" + way.connect_detail + ")") +
           ": check that the proxy runs and listens there; --wait 30s waits for it.";
  }
  if (way.tls_failed) {
    return "the TLS handshake with " + url_of(target) + " failed (" + way.connect_detail +
           "): check --ca-file, --sni, or use --insecure.";
  }
  if (way.garbage) {
    return "what came from " + url_of(target) +
           " is no HTTP: does it expect TLS there (https://), or is it another service?";
  }
  if (target.topology == targets::Topology::live) {
    return on_live(way, target);
  }
  if (auto front = on_front(way, target); !front.empty()) {
    return front;
  }
  if (way.status != 0) {
    return on_refusal(way, target, server);
  }
  if (!way.answered) {
    return way.server_reached
               ? "the proxy connected to " + server +
                     " but sent its client nothing: is the OUT response held back in a buffer?"
               : "the proxy took the connection, answered nothing, and connected to nobody at " +
                     server +
                     ": is it an RPC over HTTP proxy, and does it wait for the whole body?";
  }
  if (!way.opened) {
    return "a 200 came, but no PDU after it: the body is held back, or the server's side failed.";
  }
  return {};
}

}  // namespace rpchspec::engine
