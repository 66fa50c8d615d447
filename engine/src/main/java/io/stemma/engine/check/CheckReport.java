package io.stemma.engine.check;

import java.util.List;

/**
 * What a check found, and what it did about it.
 *
 * @param findings in the order in which they were met; those that were repaired too
 * @param repaired what was done, a line each
 * @param refused what was not, and why not
 */
public record CheckReport(List<Finding> findings, List<String> repaired, List<String> refused) {
    public CheckReport {
        findings = List.copyOf(findings);
        repaired = List.copyOf(repaired);
        refused = List.copyOf(refused);
    }

    /** Whether something is lost. */
    public boolean damaged() {
        return findings.stream().anyMatch(finding -> finding.severity() == Finding.Severity.DAMAGE);
    }
}
