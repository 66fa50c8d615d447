# Read by the scripts beside it: finds JDK 25, builds the module, knows its class path.
root=$(cd "$here/.." && pwd)
jdk=$("$root/config/find-jdk")

bench_build() {
    (cd "$root" && JAVA25_HOME=$jdk mvn -B -q -pl bench -am -Dmaven.test.skip=true package) >&2
}

bench_class_path() {
    echo "$here/target/classes:$(cat "$here/target/class-path")"
}

# Installs Debian packages that are missing, as root; else names them and ends.
bench_packages() {
    local package missing=()
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ]; then
        echo "${0##*/}: missing: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    # The packages would start their services on every address; we only want the programs.
    local policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod 755 $policy
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends "${missing[@]}"
}
