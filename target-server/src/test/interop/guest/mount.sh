# A Linux host's whole way with a disk: discovery, login, file system, discard, CHAP, digests, load.
# Settings: PORT IQN LUN; CHAP_IQN CHAP_USER CHAP_SECRET TARGET_USER TARGET_SECRET; FIO_SECONDS
. /checks/checks.sh

discover() { timeout 30 iscsiadm -m discovery -t sendtargets -p "$portal"; }
listed() { discover | grep -q " $1\$"; }

check "discovery" discover
check "discovery lists $IQN" listed "$IQN"
check "discovery lists $CHAP_IQN" listed "$CHAP_IQN"
advertised=$(discover 2>/dev/null | grep " $IQN\$" | head -1 | cut -d, -f1)
check "log in at the advertised portal $advertised" log_in "$IQN" "$advertised"
check "log out of it" log_out "$IQN" "$advertised"

fill() { # fill FOLDER: files of odd sizes; their sums go to /root/sums
    local n
    mkdir -p "$1/deep/er" || return
    for n in $(seq 6); do head -c $((n * 1048576 + n * 517)) /dev/urandom >"$1/deep/large$n" || return; done
    for n in $(seq 120); do head -c $((n * 97)) /dev/urandom >"$1/deep/er/small$n" || return; done
    (cd "$1" && find deep -type f -exec sha256sum {} +) >/root/sums
}
intact() { (cd "$1" && sha256sum --quiet -c /root/sums); }
trim() { # the file system has to have handed something back
    local said
    said=$(fstrim -v "$1") && echo "$said" && ! grep -q ': 0 B' <<<"$said"
}

record "$IQN"
attach "$IQN" "$LUN"
note "$(sg_inq "$disk" 2>/dev/null | grep -E 'identification|level' | tr -s ' \n' ' ')"
check "REPORT LUNS" sg_luns "$disk"
check "VPD page 83h" sg_vpd -p di "$disk"
check "READ CAPACITY(16)" sg_readcap -16 "$disk"
check "mkfs.ext4" mkfs.ext4 -q -F "$disk"
check "mount" mount "$disk" /mnt || give_up "no file system"
check "write 126 files" fill /mnt
check "unmount" umount /mnt
detach "$IQN"
attach "$IQN" "$LUN"
check "e2fsck after a new login" e2fsck -fn "$disk"
check "mount again" mount "$disk" /mnt || give_up "no file system"
check "sha256 of all files" intact /mnt
check "remove them" rm -rf /mnt/deep
check "fstrim" trim /mnt
check "unmount again" umount /mnt
check "e2fsck after the trim" e2fsck -fn "$disk"

same() { # same OFFSET LENGTH FILE: in MiB; the disk against the same place of the file
    cmp -i $(($1 << 20)):$((${4:-$1} << 20)) -n $(($2 << 20)) "$disk" "$3"
}
zero() { same "$1" "$2" /dev/zero 0; }
head -c 16M /dev/urandom >/tmp/random
check "write 16 MiB" dd if=/tmp/random of="$disk" bs=1M oflag=direct status=none
check "they read back" same 0 16 /tmp/random
check "blkdiscard MiB 2 to 9" blkdiscard -o 2M -l 8M "$disk"
blockdev --flushbufs "$disk"
check "before the hole nothing changed" same 0 2 /tmp/random
check "the hole reads zero" zero 2 8
check "behind the hole nothing changed" same 10 6 /tmp/random
check "blkdiscard -z MiB 11 to 13" blkdiscard -z -o 11M -l 3M "$disk"
blockdev --flushbufs "$disk"
check "they read zero" zero 11 3
check "their neighbours did not change" eval "same 10 1 /tmp/random && same 14 2 /tmp/random"
check "SYNCHRONIZE CACHE" sg_sync "$disk"

check "fio writes and verifies for $FIO_SECONDS s" fio --name=verify --filename="$disk" --direct=1 \
    --ioengine=libaio --iodepth=16 --rw=randrw --rwmixread=40 --bsrange=4k-128k --size=48M --time_based \
    --runtime="$FIO_SECONDS" --verify=crc32c --verify_fatal=1 --verify_backlog=128
detach "$IQN"

chap() { record "$CHAP_IQN" node.session.auth.authmethod=CHAP "$@"; }
mine=("node.session.auth.username=$CHAP_USER" "node.session.auth.password=$CHAP_SECRET")
theirs=("node.session.auth.username_in=$TARGET_USER" "node.session.auth.password_in=$TARGET_SECRET")
record "$CHAP_IQN"
check "CHAP: no credentials, refused" refused log_in "$CHAP_IQN"
chap "${mine[0]}" node.session.auth.password=not.the.secret.1
check "CHAP: wrong secret, refused" refused log_in "$CHAP_IQN"
chap node.session.auth.username=nobody "${mine[1]}"
check "CHAP: unknown name, refused" refused log_in "$CHAP_IQN"
chap "${mine[@]}"
attach "$CHAP_IQN" "$LUN"
check "CHAP: write" dd if=/tmp/random of="$disk" bs=1M count=4 oflag=direct status=none
check "CHAP: it reads back" same 0 4 /tmp/random
detach "$CHAP_IQN"
chap "${mine[@]}" "${theirs[0]}" node.session.auth.password_in=not.the.targets.1
check "mutual CHAP: wrong secret of the target, refused" refused log_in "$CHAP_IQN"
chap "${mine[@]}" "${theirs[@]}"
attach "$CHAP_IQN" "$LUN"
check "mutual CHAP: read" same 0 4 /tmp/random
detach "$CHAP_IQN"
kernel_complaints >/dev/null # refused logins are complaints, and were wanted

record "$IQN" "node.conn[0].iscsi.HeaderDigest=CRC32C" "node.conn[0].iscsi.DataDigest=CRC32C" \
    node.session.iscsi.InitialR2T=Yes node.session.iscsi.ImmediateData=No
attach "$IQN" "$LUN"
negotiated() { iscsiadm -m session -P 2 | grep -qE "^\s*$1: $2\s*\$"; }
check "negotiated: HeaderDigest=CRC32C" negotiated HeaderDigest CRC32C
check "negotiated: DataDigest=CRC32C" negotiated DataDigest CRC32C
check "negotiated: InitialR2T=Yes" negotiated InitialR2T Yes
check "negotiated: ImmediateData=No" negotiated ImmediateData No
head -c 12M /dev/urandom >/tmp/random
check "digests: write 12 MiB" dd if=/tmp/random of="$disk" bs=512k oflag=direct status=none
check "digests: they read back" same 0 12 /tmp/random
check "digests: odd lengths" fio --name=odd --filename="$disk" --direct=1 --ioengine=libaio --iodepth=8 \
    --rw=randwrite --bsrange=512-96k --bs_unaligned=0 --size=8M --verify=crc32c --verify_fatal=1
detach "$IQN"
check "the kernel logged no error" kernel_complaints
finish
