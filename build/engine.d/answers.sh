# shellcheck shell=bash disable=SC2154 # what common.sh sets
# Does an engine answer, and which one counts.

default_host=unix:///var/run/docker.sock

# /_ping needs no docker command, which a machine without an engine seldom has. perl-base is in every Debian.
ping_unix() {
  # shellcheck disable=SC2016 # perl's variables
  [[ -S $1 ]] && timeout 10 perl -MIO::Socket::UNIX -e '
    my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or exit 1;
    print {$s} "GET /_ping HTTP/1.0\r\nHost: engine\r\n\r\n";
    exit((<$s> // "") =~ m{^HTTP/1\.[01] 200} ? 0 : 1);' "$1" 2>/dev/null
}

answers() {
  case $1 in
    unix://*) ping_unix "${1#unix://}" ;;
    *) command -v docker >/dev/null && timeout 20 docker --host "$1" version --format '{{.Server.Version}}' >/dev/null 2>&1 ;;
  esac
}

# The caller's own choice first, then our engine, then the machine's. Prints the address; fails when none answers.
answering_host() {
  local host
  for host in ${DOCKER_HOST:+"$DOCKER_HOST"} "$own_host" "$default_host"; do
    if answers "$host"; then
      printf '%s\n' "$host"
      return 0
    fi
  done
  return 1
}

engine_env() {
  local host
  host=$(answering_host) || die "no engine answers" "run: $0 up"
  printf 'export DOCKER_HOST=%q\n' "$host"
}

engine_status() {
  local host owner="not ours: left alone" version
  host=$(answering_host) || die "no engine answers" "run: $0 up"
  [[ $host != "$own_host" ]] || owner="ours, state in $state"
  version=$(docker --host "$host" version --format '{{.Server.Version}}' 2>/dev/null || echo 'version unknown: no docker command here')
  printf '%s\t%s\t%s\n' "$host" "$version" "$owner"
}
