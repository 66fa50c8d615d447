# The server is killed, and stopped for a while, under load: the host has to come back by itself
# within 40 s and find every byte that was acknowledged.
# Settings: PORT IQN LUN ROUNDS SEED
. /checks/checks.sh

record "$IQN" node.session.timeo.replacement_timeout=90 "node.conn[0].timeo.noop_out_interval=2" \
    "node.conn[0].timeo.noop_out_timeout=3" "node.conn[0].timeo.login_timeout=5"
attach "$IQN" "$LUN"
session=$(session_of "$IQN")
in_state() { [ "$(<"$session/state")" = "$1" ]; }
uptime_ms() { local up rest; read -r up rest </proc/uptime; echo "${up/./}0"; }

outage() { # outage EVENT REMEDY SECONDS
    local begin
    check "the server is hit: $1" event "$1"
    check "the session notices" poll 200 in_state FAILED
    sleep "$3"
    check "the server is helped: $2" event "$2"
    begin=$(uptime_ms)
    check "the session recovers within 40 s" poll 400 in_state LOGGED_IN
    note "logged in $(($(uptime_ms) - begin)) ms after $2"
}

load() { # load SEED: writes every block of 24 MiB once, then verifies them all
    fio --name=outage --filename="$disk" --direct=1 --ioengine=libaio --iodepth=16 --rw=randwrite --bs=4k \
        --size=24M --rate_iops=800 --randseed="$1" --verify=crc32c --verify_fatal=1 --do_verify=1
}

for round in $(seq "$ROUNDS"); do
    note "round $round, seed $((SEED + round))"
    load $((SEED + round)) >/tmp/load 2>&1 &
    loading=$!
    sleep 2
    check "fio is still writing" kill -0 $loading
    if ((round % 2)); then outage kill9 restart 3; else outage freeze thaw 3; fi
    check "fio verified all it wrote" eval "wait $loading || { tail -5 /tmp/load; false; }"
done

# Files whose fsync returned have to be there after a kill, whole.
check "mkfs.ext4" mkfs.ext4 -q -F "$disk"
check "mount" mount "$disk" /mnt || give_up "no file system"
: >/tmp/acknowledged
write_files() {
    local n sum
    for n in $(seq 5000); do
        [ ! -e /tmp/enough ] || return 0
        head -c $((n * 131 % 30000 + 1)) /dev/urandom >/tmp/content
        dd if=/tmp/content of="/mnt/file$n" bs=64k conv=fsync status=none || return
        sum=$(sha256sum </tmp/content) && echo "${sum%% *}  file$n" >>/tmp/acknowledged
    done
}
write_files &
writer=$!
at_least() { [ "$(wc -l </tmp/acknowledged)" -ge "$1" ]; }
check "15 files acknowledged" poll 300 at_least 15
outage kill9 restart 2
check "15 more after the outage" poll 600 at_least $(($(wc -l </tmp/acknowledged) + 15))
touch /tmp/enough
check "no write failed" wait $writer
note "$(wc -l </tmp/acknowledged) files acknowledged"
check "unmount" umount /mnt
detach "$IQN"
attach "$IQN" "$LUN"
check "e2fsck" e2fsck -fn "$disk"
check "mount again" mount "$disk" /mnt || give_up "no file system"
check "sha256 of every acknowledged file" eval "cd /mnt && sha256sum --quiet -c /tmp/acknowledged"
check "unmount again" eval "cd / && umount /mnt"
detach "$IQN"
finish
