# Read by the scripts beside it: finds JDK 25, builds the module, knows its class path.
root=$(cd "$here/.." && pwd)
jdk=$("$root/config/find-jdk")

bench_build() {
    (cd "$root" && JAVA25_HOME=$jdk mvn -B -q -pl bench -am -Dmaven.test.skip=true package) >&2
}

bench_class_path() {
    echo "$here/target/classes:$(cat "$here/target/class-path")"
}
