# Varnish in front of an RPC over HTTP proxy: what it takes for RPC_IN_DATA and RPC_OUT_DATA.
# Besides, varnishd needs -p pipe_timeout=2100 -p timeout_idle=120: a pipe that is silent for 60 s is cut otherwise (FIELD-F27).

vcl 4.1;

backend rpcproxy {
  .host = "${RPCHSPEC_UPSTREAM_HOST}";
  .port = "${RPCHSPEC_UPSTREAM_PORT}";
  .connect_timeout = 5s;
  .first_byte_timeout = 2100s;
  .between_bytes_timeout = 2100s;
}

sub vcl_recv {
  # The built-in rules would say this, but they are not reached.
  if (req.proto == "HTTP/1.1" && !req.http.host) {
    return (synth(400));
  }
  # Everything else would wait for the request's body, and close it after some seconds (FIELD-F24).
  return (pipe);
}
