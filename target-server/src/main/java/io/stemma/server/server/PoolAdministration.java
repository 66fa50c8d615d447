package io.stemma.server.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;
import io.stemma.engine.runtime.ByteSize;
import io.stemma.engine.volume.SpaceState;
import io.stemma.engine.volume.Volume;
import io.stemma.engine.volume.VolumeBackend;
import io.stemma.server.cli.Administration;
import io.stemma.server.cli.AdministrationException;
import io.stemma.server.cli.ControlProtocol;
import io.stemma.server.cli.Payload;
import io.stemma.server.iscsi.session.Portal;

import java.util.List;
import java.util.function.Supplier;

/**
 * Performs what administrators ask for, on the pool and on what initiators see, one operation at a
 * time. The same object serves the control socket of a running server and the command line alone.
 */
final class PoolAdministration implements Administration {
    private static final long MIB = 1L << 20;

    private final VolumeBackend backend;
    private final Estate estate;
    private final SessionControl sessions;
    private final Supplier<List<Portal>> portals;
    private final boolean serving;
    private final VolumeAdministration volumes;
    private final SnapshotAdministration snapshots;
    private final StreamAdministration streams;
    private final TreeAdministration tree;
    private final LunAdministration luns;
    private final TargetAdministration targets;
    private boolean closed;

    /**
     * Over an opened pool.
     *
     * @param serving whether a server runs, which closes the pool itself
     */
    PoolAdministration(
            VolumeBackend backend,
            Estate estate,
            SessionControl sessions,
            Supplier<List<Portal>> portals,
            boolean serving) {
        this.backend = backend;
        this.estate = estate;
        this.sessions = sessions;
        this.portals = portals;
        this.serving = serving;
        snapshots = new SnapshotAdministration(backend.registry(), estate);
        volumes = new VolumeAdministration(backend, estate, snapshots);
        streams = new StreamAdministration(backend, estate, this);
        tree = new TreeAdministration(estate, volumes, serving);
        luns = new LunAdministration(estate);
        targets = new TargetAdministration(estate, luns, sessions, serving);
    }

    @Override
    public synchronized ObjectNode perform(String operation, ObjectNode arguments)
            throws AdministrationException {
        if (closed) {
            throw new AdministrationException("the server is ending; try again when it is up");
        }
        try {
            return switch (operation) {
                case "status" -> status();
                case "session.list" -> listSessions();
                case "volume.list" -> volumes.list();
                case "volume.show" -> volumes.show(arguments);
                case "volume.create" -> volumes.create(arguments);
                case "volume.resize" -> volumes.resize(arguments);
                case "volume.rename" -> volumes.rename(arguments);
                case "volume.writeCache" -> volumes.writeCache(arguments);
                case "volume.recover" -> volumes.recover(arguments);
                case "volume.delete" -> streams.swept(volumes.delete(arguments));
                case "volume.revert" -> streams.reverted(tree.revert(arguments));
                case "volume.promote" -> tree.promote(arguments);
                case "volume.flatten" -> tree.flatten(arguments);
                case "merge.list" -> tree.merges();
                case "merge.pause" -> tree.pause(true);
                case "merge.resume" -> tree.pause(false);
                case "snapshot.create" -> snapshots.create(arguments);
                case "snapshot.list" -> snapshots.list(arguments);
                case "snapshot.show" -> snapshots.show(arguments);
                case "snapshot.rename" -> snapshots.rename(arguments);
                case "snapshot.delete" -> snapshots.delete(arguments);
                case "snapshot.hold" -> snapshots.hold(arguments);
                case "snapshot.release" -> snapshots.release(arguments);
                case "snapshot.diff" -> snapshots.difference(arguments);
                case "snapshot.clone" -> volumes.cloned(arguments);
                case "target.list" -> targets.list();
                case "target.show" -> targets.show(arguments);
                case "target.create" -> targets.create(arguments);
                case "target.set" -> targets.set(arguments);
                case "target.delete" -> targets.delete(arguments);
                case "lun.list" -> luns.list();
                case "lun.map" -> {
                    streams.requireWhole(arguments.path("volume").asText());
                    yield luns.map(arguments);
                }
                case "lun.unmap" -> luns.unmap(arguments);
                default ->
                        throw new AdministrationException(
                                "operation \"" + operation + "\" is not known to this server");
            };
        } catch (DeviceException failed) {
            throw new AdministrationException(Explanation.of(failed), failed);
        } catch (IllegalArgumentException refused) {
            throw new AdministrationException(Addresses.message(refused), refused);
        }
    }

    /** Streams take long: they have the turn only where they begin and end. */
    @Override
    public ObjectNode perform(String operation, ObjectNode arguments, Payload payload)
            throws AdministrationException {
        try {
            return switch (operation) {
                case "snapshot.export" -> streams.exported(arguments, payload);
                case "snapshot.import" -> streams.imported(arguments, payload);
                default -> perform(operation, arguments);
            };
        } catch (IllegalArgumentException refused) {
            throw new AdministrationException(Addresses.message(refused), refused);
        }
    }

    private ObjectNode status() {
        ObjectNode result = ControlProtocol.JSON.createObjectNode();
        ArrayNode list = result.putArray("portals");
        portals.get().forEach(portal -> list.add(Addresses.format(portal.listen())));
        result.put("volumes", backend.volumes().size());
        result.put("targets", estate.targets().size());
        result.put("sessions", sessions.sessions().size());
        ArrayNode problems = result.putArray("problems");
        space(result.putObject("space"), problems);
        estate.problems().forEach(problems::add);
        streams.halfDone().forEach(problems::add);
        for (Volume volume : backend.volumes()) {
            DeviceFault fault = volume.offlineFault();
            if (fault != null) {
                String name = volume.description().name();
                problems.add(
                        "volume "
                                + name
                                + " is offline: "
                                + fault.what()
                                + "; when the cause is mended run stemma volume recover "
                                + name);
            }
        }
        String running = problems.isEmpty() ? "serving" : "serving with problems";
        result.put("state", serving ? running : "no server runs");
        return result;
    }

    private void space(ObjectNode to, ArrayNode problems) {
        SpaceState space = backend.space();
        to.put("capacityBytes", space.capacityBytes())
                .put("usableBytes", space.usableBytes())
                .put("usedPercent", space.usedPercent())
                .put("softThresholdPercent", space.softThresholdPercent())
                .put("overThreshold", space.overThreshold())
                .put("reserveBytes", space.reserveBytes())
                .put("ballastBytes", space.ballastBytes())
                .put("ballastWantedBytes", space.ballastWantedBytes());
        if (space.refusing()) {
            problems.add(
                    "the file system of the pool is full to its reserve, with "
                            + ByteSize.format(space.usableBytes() / MIB * MIB)
                            + " left: writes of new blocks are refused; free space there, or unmap"
                            + " or delete what volumes hold");
        }
    }

    private ObjectNode listSessions() {
        ObjectNode result = ControlProtocol.JSON.createObjectNode();
        ArrayNode list = result.putArray("sessions");
        for (SessionControl.Row row : sessions.sessions()) {
            ObjectNode node = list.addObject();
            node.put("tsih", row.tsih()).put("initiator", row.initiator());
            if (!row.target().isEmpty()) {
                node.put("target", row.target());
            }
            node.put("address", row.address());
        }
        return result;
    }

    /** Waits for the operations under way and refuses later ones. */
    @Override
    public void close() throws AdministrationException {
        streams.close();
        end();
    }

    private synchronized void end() throws AdministrationException {
        closed = true;
        if (!serving) {
            try {
                backend.close();
            } catch (DeviceException failed) {
                throw new AdministrationException(
                        "closing the pool: " + Explanation.of(failed), failed);
            }
        }
    }
}
