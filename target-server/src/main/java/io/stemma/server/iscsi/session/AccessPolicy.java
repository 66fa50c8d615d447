package io.stemma.server.iscsi.session;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * Who may log in to a target.
 *
 * @param initiatorNames patterns with {@code *} and {@code ?}; empty allows every name
 * @param networks allowed networks of initiators; empty allows every address
 * @param chapAccounts accounts one of which the initiator must prove; empty asks for none
 * @param mutual our own account that an initiator may ask us to prove, or null
 */
public record AccessPolicy(
        List<String> initiatorNames,
        List<Network> networks,
        List<ChapAccount> chapAccounts,
        @Nullable ChapAccount mutual) {
    /** Everybody, without a password. */
    public static final AccessPolicy OPEN = new AccessPolicy(List.of(), List.of(), List.of(), null);

    public AccessPolicy {
        initiatorNames = List.copyOf(initiatorNames);
        networks = List.copyOf(networks);
        chapAccounts = List.copyOf(chapAccounts);
    }
}
