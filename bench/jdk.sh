# Read by the scripts beside it: finds JDK 25, builds the module, knows its class path.
root=$(cd "$here/.." && pwd)
jdk=$("$root/config/find-jdk")

bench_build() {
    (cd "$root" && mvn -B -q -pl bench -am -DskipTests package) >&2
}

bench_class_path() {
    echo "$here/target/classes:$(cat "$here/target/class-path")"
}
