# The shortest Varnish that proxies: its built-in rules pipe methods that they do not know (up to 7.x).

vcl 4.1;

backend default {
  .host = "${RPCHSPEC_UPSTREAM_HOST}";
  .port = "${RPCHSPEC_UPSTREAM_PORT}";
}
