#!/bin/sh
# Lays out the container's root file system: rootfs.sh DIRECTORY, in a built checkout. Debian's part is what Node is linked against.
set -eu

root=$1
program=$root/usr/lib/vrrpwatch
uid=10112

mkdir -p "$root/etc/vrrpwatch" "$root/usr/bin" "$root/usr/share/doc/vrrpwatch" "$root/run/vrrpwatch" "$root/var/lib/vrrpwatch" "$program"
chmod 0700 "$root/var/lib/vrrpwatch"
chown "$uid:$uid" "$root/run/vrrpwatch" "$root/var/lib/vrrpwatch"
# For the name that people see; the image's USER is the number.
printf 'root:x:0:0:root:/:/nonexistent\nvrrpwatch:x:%s:%s:VRRP monitoring agent:/:/nonexistent\n' "$uid" "$uid" >"$root/etc/passwd"
printf 'root:x:0:\nvrrpwatch:x:%s:\n' "$uid" >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"

node=$(readlink -f "$(command -v node)")
cp "$node" "$root/usr/bin/node"
# A line is `name => /path (address)`, and one without a name for the loader itself; both have to be where the binary says.
ldd "$node" | sed -n 's/.*=> *\(\/[^ ]*\).*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p' | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done

cp package.json deploy/container/healthcheck.mjs "$program"
cp LICENSE dist/THIRD-PARTY-LICENSES.txt "$root/usr/share/doc/vrrpwatch"
cp -R dist "$program/dist"
rm -f "$program"/dist/*.map
for package in netlink node-gyp-build; do
  mkdir -p "$program/node_modules"
  cp -R "node_modules/$package" "$program/node_modules/$package"
done
rm -rf "$program/node_modules/netlink/src" "$program/node_modules/netlink/node_modules"
find "$program/node_modules" \( -name '*.map' -o -name '*.d.ts' \) -type f -delete
find "$program/node_modules/netlink/prebuilds" -mindepth 1 -maxdepth 1 ! -name "linux-$(node -p process.arch)" -exec rm -r {} +
mkdir -p "$program/build/Release"
cp build/Release/vrrpwatch_native.node "$program/build/Release"

# Last, because every change of the file takes it away.
setcap cap_net_raw+ep "$root/usr/bin/node"
