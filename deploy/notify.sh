#!/bin/sh
# Hands a notify call of keepalived to vrrpwatch without starting Node. In keepalived.conf:
#
#   notify "/usr/share/vrrpwatch/notify.sh"
#   notify_master "/usr/share/vrrpwatch/notify.sh INSTANCE VI_1 MASTER"
#
# keepalived appends four arguments to those of notify (INSTANCE or GROUP, name, state, priority) and none to those of notify_master
# and the like. What stands before them is left alone, except `--socket PATH` as the first. Always exits with 0.

socket=/run/vrrpwatch/notify.sock
seconds=2
most_files=10000

say() {
  printf 'vrrpwatch notify.sh: %s\n' "$*" >&2
}

# Sets `line` to what keepalived would write into its FIFO.
read_arguments() {
  while [ "$#" -gt 4 ]; do shift; done
  if [ "$#" -eq 4 ]; then
    case "$1 $4" in
      'INSTANCE '[0-9]* | 'GROUP '[0-9]*) ;;
      *) shift ;;
    esac
  fi
  case "$#-$1" in
    4-INSTANCE | 4-GROUP) line="$1 \"$2\" $3 $4" ;;
    3-INSTANCE | 3-GROUP) line="$1 \"$2\" $3" ;;
    *) return 1 ;;
  esac
  case $line in
    *'
'*) return 1 ;;
  esac
}

# Nanoseconds since the epoch, as the agent sorts by.
read_time() {
  now=$(date +%s%N)
  case $now in
    *[!0-9]* | '') now= ;; # not every date knows %N
  esac
  [ "${#now}" -eq 19 ] || now=$(date +%s)000000000
}

# 0: taken, or refused for good. 1: the agent cannot be reached.
send() {
  command -v curl >/dev/null 2>&1 || return 1
  answer=$(curl -q --silent --max-time "$seconds" --noproxy '*' --unix-socket "$socket" --write-out '%{http_code}' \
    --header 'Expect:' --data-raw "$line" http://localhost/api/v1/notify 2>/dev/null)
  case $answer in
    *204) return 0 ;;
    *400)
      say "the agent refused the call: ${answer%400}"
      return 0
      ;;
  esac
  return 1
}

# Leaves the call for the agent: written under another name first, so that it never sees half a file.
keep() {
  directory=${socket%/*}/notify-spool
  if ! [ -d "$directory" ] || ! [ -w "$directory" ]; then
    say "the agent cannot be reached, and $directory cannot be written to: the call is lost"
    return
  fi
  set -- "$directory"/*.notify
  if [ "$#" -ge "$most_files" ]; then
    say "the agent cannot be reached, and $# calls wait in $directory already: the call is lost"
    return
  fi
  # keepalived runs scripts with the umask 0177, and the agent must be able to read the file; nobody else passes the directory.
  umask 0133
  file=$directory/$now-$$.notify
  temporary=$directory/.$now-$$.tmp
  if (set -C && printf '%s\n' "$line" >"$temporary") 2>/dev/null && chmod 0644 "$temporary" && mv -f "$temporary" "$file"; then return; fi
  rm -f "$temporary"
  say "the agent cannot be reached, and the call cannot be written to $directory: it is lost"
}

case $1 in
  --socket)
    socket=$2
    if [ "$#" -ge 2 ]; then shift 2; fi
    ;;
esac

if read_arguments "$@"; then
  read_time
  send || keep
else
  say 'expected are [anything] INSTANCE|GROUP NAME STATE [PRIORITY], as keepalived appends them; nothing was told to the agent'
fi
exit 0
