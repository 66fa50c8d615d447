package io.stemma.server.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.server.cli.Administration;
import io.stemma.server.cli.AdministrationException;
import io.stemma.server.cli.ControlProtocol;
import io.stemma.server.cli.Payload;
import io.stemma.server.iscsi.session.TargetDirectory;
import io.stemma.server.iscsi.session.TargetNode;
import io.stemma.server.metrics.CommandFigures;
import io.stemma.server.metrics.CommandTotals;
import io.stemma.server.metrics.Latency;
import io.stemma.server.metrics.MeterRegistration;
import io.stemma.server.metrics.MetricsLimits;
import io.stemma.server.metrics.OperationSnapshot;
import io.stemma.server.metrics.SessionSnapshot;
import io.stemma.server.metrics.UnitKey;
import io.stemma.server.metrics.UnitSnapshot;
import io.stemma.server.scsi.CommandName.Work;
import io.stemma.server.scsi.MappedUnit;

import org.jspecify.annotations.Nullable;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Answers what asks for figures, beside an administration that may be busy with a change, and hands
 * everything else to that one. Figures are sums since the start: who wants those of an interval
 * asks twice and subtracts, so that any number of readers are no hindrance to each other.
 */
final class MetricsAdministration implements Administration {
    private final Administration changes;
    private final CommandFigures figures;
    private final TargetDirectory directory;
    private final MeterRegistration meters;
    private final long started = System.currentTimeMillis();

    MetricsAdministration(
            Administration changes, CommandFigures figures, TargetDirectory directory) {
        this.changes = changes;
        this.figures = figures;
        this.directory = directory;
        meters = new MeterRegistration(figures);
    }

    @Override
    public ObjectNode perform(String operation, ObjectNode arguments)
            throws AdministrationException {
        return switch (operation) {
            case "metrics.figures" -> figures(arguments);
            case "metrics.prometheus" -> prometheus();
            default -> changes.perform(operation, arguments);
        };
    }

    @Override
    public ObjectNode perform(String operation, ObjectNode arguments, Payload payload)
            throws AdministrationException {
        return changes.perform(operation, arguments, payload);
    }

    private ObjectNode prometheus() {
        figures.keepUnits(this::mapped);
        return ControlProtocol.JSON.createObjectNode().put("text", meters.prometheus());
    }

    private ObjectNode figures(ObjectNode arguments) {
        int most = Math.clamp(arguments.path("most").asInt(64), 1, MetricsLimits.SHOWN_MAX);
        figures.keepUnits(this::mapped);
        ObjectNode result = ControlProtocol.JSON.createObjectNode();
        result.put("server", ProcessHandle.current().pid() + "/" + started);
        result.put("nanos", System.nanoTime());
        result.put("slow", figures.slowCommands());
        List<UnitSnapshot> units = figures.units();
        result.put("unitsLeftOut", Math.max(0, units.size() - most));
        ArrayNode unitRows = result.putArray("units");
        units.stream()
                .sorted(Comparator.comparingLong((UnitSnapshot unit) -> -unit.totals().ended()))
                .limit(most)
                .forEach(unit -> put(unitRows.addObject(), unit));
        List<SessionSnapshot> sessions = figures.sessions();
        result.put("sessionsLeftOut", Math.max(0, sessions.size() - most));
        ArrayNode sessionRows = result.putArray("sessions");
        sessions.stream()
                .sorted(Comparator.comparingLong((SessionSnapshot one) -> -one.totals().ended()))
                .limit(most)
                .forEach(session -> put(sessionRows.addObject(), session));
        ArrayNode operationRows = result.putArray("operations");
        figures.operations().forEach(operation -> put(operationRows.addObject(), operation));
        return result;
    }

    private void put(ObjectNode node, UnitSnapshot unit) {
        node.put("target", unit.key().target()).put("lun", unit.key().lun());
        MappedUnit mapped = unit(unit.key());
        if (mapped != null) {
            node.put("volume", mapped.unit().volume().description().name());
        }
        put(node, unit.totals());
        for (Work work : Work.values()) {
            put(node, work.name().toLowerCase(Locale.ROOT) + "Latency", unit.latency(work));
        }
    }

    private static void put(ObjectNode node, SessionSnapshot session) {
        node.put("tsih", session.tsih());
        node.put("initiator", session.initiator());
        node.put("target", session.target());
        node.put("address", Addresses.format(session.address()));
        put(node, session.totals());
        put(node, "latency", session.latency());
    }

    private static void put(ObjectNode node, OperationSnapshot operation) {
        node.put("operation", operation.name().words());
        node.put("commands", operation.latency().count());
        node.put("errors", operation.errors());
        put(node, "latency", operation.latency());
    }

    private static void put(ObjectNode node, CommandTotals totals) {
        node.put("commands", totals.ended());
        node.put("outstanding", totals.outstanding());
        for (Work work : Work.values()) {
            node.put(work.name().toLowerCase(Locale.ROOT), totals.of(work));
        }
        node.put("readBytes", totals.readBytes());
        node.put("writtenBytes", totals.writtenBytes());
        node.put("r2ts", totals.r2ts());
        node.put("aborted", totals.aborted());
        node.put("busy", totals.busy());
        node.put("conflicts", totals.conflicts());
        node.put("checkConditions", totals.checkConditions());
        ArrayNode keys = node.putArray("senseKeys");
        totals.senseKeys().forEach(keys::add);
    }

    private static void put(ObjectNode node, String name, Latency latency) {
        if (latency.count() > 0) {
            node.put(name, latency.encoded());
        }
    }

    private boolean mapped(UnitKey key) {
        return unit(key) != null;
    }

    private @Nullable MappedUnit unit(UnitKey key) {
        TargetNode target = directory.target(key.target());
        return target == null ? null : target.device().units().get(key.lun());
    }

    @Override
    public void close() throws AdministrationException {
        meters.close();
        changes.close();
    }
}
