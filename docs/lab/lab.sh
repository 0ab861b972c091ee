#!/usr/bin/env bash
# Two hosts in network namespaces, joined by a cable, with an agent on each: to try the conditions on. See README.md beside this file.
set -eu

run=/run/vrrpwatch-lab
agent=${VRRPWATCH:-node $(dirname "$0")/../../dist/main.js}

on() { ip netns exec "vw-$1" "${@:2}"; }
get() { on "$1" curl -s "http://127.0.0.1:10112$2" "${@:3}"; }
running() { [ -e "$run/$1/keepalived.pid" ] && kill -0 "$(cat "$run/$1/keepalived.pid")" 2>/dev/null; }

up() {
  for host in n1 n2; do
    mkdir -p "$run/$host"
    ip netns add "vw-$host"
    ip -n "vw-$host" link set lo up
  done
  ip -n vw-n1 link add eth0 type veth peer name eth0 netns vw-n2
  for i in 1 2; do
    ip -n "vw-n$i" address add "192.0.2.$i/24" dev eth0
    ip -n "vw-n$i" link set eth0 up
  done
  for host in n1 n2; do start_agent "$host"; done
}

start_agent() {
  local dir=$run/$1
  cat > "$dir/vrrpwatch.yaml" <<END
capture: {interfaces: [eth0]}
keepalived:
  config: $dir/keepalived.conf
  notify_fifo: $dir/notify.fifo
  notify_socket: $dir/notify.sock
  pid_file: $dir/keepalived.pid
  vrrp_pid_file: $dir/vrrp.pid
web: {listen: ["127.0.0.1:10112"], control_socket: $dir/control.sock}
state_directory: $dir
${2:-}
END
  ip netns exec "vw-$1" $agent run --config "$dir/vrrpwatch.yaml" > "$dir/agent.log" 2>&1 &
  echo $! > "$dir/agent.pid"
  for _ in $(seq 100); do [ "$(get "$1" /-/ready -o /dev/null -w '%{http_code}')" = 200 ] && return; sleep 0.1; done
  echo "the agent on $1 did not start: $dir/agent.log" >&2
  exit 1
}

# agent HOST YAML: starts it anew with more configuration
restart_agent() {
  local pid
  pid=$(cat "$run/$1/agent.pid")
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  start_agent "$@"
}

# keepalived HOST PRIORITY [vrid=51] [version=3] [interval=1] [addresses=192.0.2.100] [more=LINES]: starts it, or reloads it
start_keepalived() {
  local dir=$run/$1 priority=$2 vrid=51 version=3 interval=1 addresses=192.0.2.100 more=""
  for pair in "${@:3}"; do local "$pair"; done
  cat > "$dir/keepalived.conf" <<END
global_defs {
    vrrp_notify_fifo $dir/notify.fifo
    vrrp_notify_priority_changes true
}
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    version $version
    virtual_router_id $vrid
    priority $priority
    advert_int $interval
    virtual_ipaddress {
        ${addresses//,/$'\n'        }
    }
    $more
}
END
  if running "$1"; then kill -HUP "$(cat "$dir/keepalived.pid")" && return; fi
  ip netns exec "vw-$1" keepalived --dont-fork --vrrp --log-console --log-detail --use-file "$dir/keepalived.conf" \
    --pid "$dir/keepalived.pid" --vrrp_pid "$dir/vrrp.pid" >> "$dir/keepalived.log" 2>&1 &
}

conditions() {
  for host in n1 n2; do
    get "$host" /api/v1/conditions | jq -r --arg host "$host" '.conditions[] | [$host, .condition, .cause, .summary] | @tsv'
  done
}

# events [HOST]: the conditions that came and went, and the changes of master
events() {
  get "${1:-n1}" /api/v1/events | jq -r '.events[] | select(.event | test("condition|master_changed"))
    | [.at[11:23], .event, .condition // "", .cause // "", .summary // "\(.from) -> \(.to) (\(.reason))"] | @tsv'
}

down() {
  for host in n1 n2; do
    ip netns list | grep -q "^vw-$host\b" || continue
    ip netns pids "vw-$host" | xargs -r kill -CONT
    ip netns pids "vw-$host" | xargs -r kill
  done
  sleep 1.5
  for host in n1 n2; do
    ip netns pids "vw-$host" 2>/dev/null | xargs -r kill -9
    ip netns del "vw-$host" 2>/dev/null || true
  done
  rm -rf "$run"
}

case "${1:-}" in
  up | down | conditions | on | events) "$@" ;;
  agent) restart_agent "${@:2}" ;;
  keepalived) start_keepalived "${@:2}" ;;
  stop) kill "$(cat "$run/$2/keepalived.pid")" ;;
  advert) ip netns exec "vw-$2" python3 "$(dirname "$0")/advert.py" "${@:3}" ;;
  *) sed -n '2p' "$0" >&2; echo "up, keepalived, stop, advert, conditions, events, agent, on HOST COMMAND, down" >&2; exit 2 ;;
esac
