# Reads surefire's XML reports, prints what failed or was skipped, a table, and the plain last line.
# Exits 1 if anything failed, was skipped without being "not applicable", or did not run at all.
BEGIN { RS = "<" }

function attribute(name,    at, rest) {
    at = index($0, " " name "=\"")
    if (at == 0) return ""
    rest = substr($0, at + length(name) + 3)
    return substr(rest, 1, index(rest, "\"") - 1)
}

function plain(text) {
    gsub(/&quot;/, "\"", text); gsub(/&apos;/, "'", text); gsub(/&lt;/, "<", text)
    gsub(/&gt;/, ">", text); gsub(/&#10;|\n/, " ", text); gsub(/&amp;/, "\\&", text)
    return substr(text, 1, 160)
}

# What a test printed may look like anything.
inside { if (index($0, "]]>")) inside = 0; next }
/^!\[CDATA\[/ { if (!index($0, "]]>")) inside = 1; next }

FNR == 1 { module = FILENAME; sub(/\/.*/, "", module) }

/^testsuite[ \n]/ { suites[module]++; seconds[module] += attribute("time") }

/^testcase[ \n]/ {
    test = attribute("classname") "." plain(attribute("name"))
    ran[module]++
    bad = 0
}

# A repeated test reports several failures; one is enough.
/^(failure|error)[ \n>]/ && !bad {
    bad = 1
    failed[module]++
    print "FAILED   " test ": " plain(attribute("message"))
}

/^skipped[ \n>\/]/ {
    skipped[module]++
    why = plain(attribute("message"))
    print "SKIPPED  " test ": " why
    if (why !~ /not applicable/) wrong++
}

END {
    print ""
    row = "%-16s %7s %7s %7s %7s %7s %8s\n"
    printf row, "module", "classes", "ran", "passed", "failed", "skipped", "seconds"
    count = split("engine target-server bench", modules, " ")
    for (i = 1; i <= count; i++) {
        m = modules[i]
        if (ran[m] == 0 && m != "bench") { wrong++; print "No test of " m " ran." }
        add(m, suites[m] + 0, ran[m] + 0, failed[m] + 0, skipped[m] + 0, seconds[m])
    }
    count = split(steps, lines, "\n")
    for (i = 1; i <= count; i++) {
        if (split(lines[i], part, " ") == 2) add(part[1], 1, 1, part[2] + 0, 0, 0)
    }
    printf row, "total", allSuites, allRan, allRan - allFailed - allSkipped, allFailed, allSkipped, \
        sprintf("%.0f", allSeconds)
    print ""
    printf "%d passed, %d failed, %d skipped\n", allRan - allFailed - allSkipped, allFailed, allSkipped
    exit (allFailed > 0 || wrong > 0)
}

function add(name, s, r, f, k, t) {
    printf row, name, s, r, r - f - k, f, k, sprintf("%.0f", t)
    allSuites += s; allRan += r; allFailed += f; allSkipped += k; allSeconds += t
}
