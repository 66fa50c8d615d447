package io.stemma.server.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.stemma.server.cli.AdministrationException;
import io.stemma.server.cli.ControlProtocol;
import io.stemma.server.iscsi.session.AccessPolicy;
import io.stemma.server.iscsi.session.ChapAccount;
import io.stemma.server.iscsi.session.Network;
import io.stemma.server.server.Configuration.AccountEntry;
import io.stemma.server.server.Configuration.ChapEntry;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A target as it was asked for: the same record whether it comes from the configuration or from the
 * registry, where it is kept as JSON. Secrets are named, never held.
 */
record TargetDefinition(
        String name,
        String alias,
        List<String> initiators,
        List<Network> networks,
        @Nullable ChapEntry chap,
        Origin origin) {

    /** Most entries of an access list. */
    private static final int LIST_MAX = 1024;

    /** The access policy with its secrets read. */
    AccessPolicy access(Map<String, String> environment) throws IOException {
        return access(initiators, networks, chap, environment);
    }

    /**
     * An access policy with its secrets read.
     *
     * @throws IOException if a secret cannot be used; the message does not show it
     */
    static AccessPolicy access(
            List<String> initiators,
            List<Network> networks,
            @Nullable ChapEntry chap,
            Map<String, String> environment)
            throws IOException {
        List<ChapAccount> accounts = new ArrayList<>();
        ChapAccount mutual = null;
        if (chap != null) {
            for (AccountEntry account : chap.accounts()) {
                accounts.add(new ChapAccount(account.user(), account.secret().read(environment)));
            }
            AccountEntry ours = chap.mutual();
            if (ours != null) {
                mutual = new ChapAccount(ours.user(), ours.secret().read(environment));
                refuseSharedSecret(accounts, mutual);
            }
        }
        return new AccessPolicy(initiators, networks, accounts, mutual);
    }

    /** RFC 7143, 9.2.1: who may ask us for a proof could send it back as his own. */
    private static void refuseSharedSecret(List<ChapAccount> accounts, ChapAccount mutual)
            throws IOException {
        for (ChapAccount account : accounts) {
            if (MessageDigest.isEqual(account.secret(), mutual.secret())) {
                throw new IOException(
                        "the accounts "
                                + account.name()
                                + " and "
                                + mutual.name()
                                + " (mutual) have the same secret; give each direction its own");
            }
        }
    }

    /** Whether a secret is in the environment of the server. */
    boolean readsEnvironment() {
        if (chap == null) {
            return false;
        }
        AccountEntry ours = chap.mutual();
        return chap.accounts().stream().anyMatch(TargetDefinition::isInEnvironment)
                || (ours != null && isInEnvironment(ours));
    }

    private static boolean isInEnvironment(AccountEntry account) {
        return account.secret() instanceof SecretSource.InEnvironment;
    }

    /** As JSON, for the registry and for people. */
    ObjectNode toJson() {
        ObjectNode node = ControlProtocol.JSON.createObjectNode();
        node.put("name", name);
        node.put("alias", alias);
        ArrayNode names = node.putArray("initiators");
        initiators.forEach(names::add);
        ArrayNode nets = node.putArray("networks");
        networks.forEach(
                network ->
                        nets.add(network.address().getHostAddress() + "/" + network.prefixBits()));
        if (chap != null) {
            ObjectNode chapNode = node.putObject("chap");
            ArrayNode accounts = chapNode.putArray("accounts");
            chap.accounts().forEach(account -> accounts.add(toJson(account)));
            AccountEntry ours = chap.mutual();
            if (ours != null) {
                chapNode.set("mutual", toJson(ours));
            }
        }
        return node;
    }

    private static ObjectNode toJson(AccountEntry account) {
        ObjectNode node = ControlProtocol.JSON.createObjectNode();
        node.put("user", account.user());
        switch (account.secret()) {
            case SecretSource.InFile(Path file) -> node.put("secretFile", file.toString());
            case SecretSource.InEnvironment(String variable) ->
                    node.put("secretEnvironment", variable);
        }
        return node;
    }

    /** From JSON, validated: a request of the command line or an entry of the registry. */
    static TargetDefinition fromJson(ObjectNode node, Origin origin)
            throws AdministrationException {
        String name = Names.normalizeTarget(node.path("name").asText());
        String wrong = Names.checkTarget(name).orElse(null);
        if (wrong != null) {
            throw new AdministrationException(wrong);
        }
        List<Network> networks = new ArrayList<>();
        for (String text : words(node, "networks")) {
            try {
                networks.add(Addresses.network(text));
            } catch (IllegalArgumentException notANetwork) {
                throw new AdministrationException(Addresses.message(notANetwork), notANetwork);
            }
        }
        ChapEntry chap = null;
        if (node.get("chap") instanceof ObjectNode chapNode) {
            List<AccountEntry> accounts = new ArrayList<>();
            for (JsonNode account : chapNode.path("accounts")) {
                accounts.add(account(account, origin));
            }
            checkAccounts(accounts);
            JsonNode mutual = chapNode.get("mutual");
            chap = new ChapEntry(accounts, mutual == null ? null : account(mutual, origin));
        }
        return new TargetDefinition(
                name,
                node.path("alias").asText(""),
                words(node, "initiators"),
                networks,
                chap,
                origin);
    }

    private static void checkAccounts(List<AccountEntry> accounts) throws AdministrationException {
        if (accounts.isEmpty()) {
            throw new AdministrationException(
                    "\"chap\" needs at least one account; without CHAP leave it out");
        }
        long users = accounts.stream().map(AccountEntry::user).distinct().count();
        if (users != accounts.size()) {
            throw new AdministrationException("two CHAP accounts have the same user; keep one");
        }
    }

    private static List<String> words(ObjectNode node, String key) throws AdministrationException {
        List<String> words = new ArrayList<>();
        node.path(key).forEach(word -> words.add(word.asText()));
        if (words.size() > LIST_MAX) {
            throw new AdministrationException(
                    "\"" + key + "\" has more than " + LIST_MAX + " entries");
        }
        return words;
    }

    private static AccountEntry account(JsonNode node, Origin origin)
            throws AdministrationException {
        String user = node.path("user").asText();
        boolean inFile = node.hasNonNull("secretFile");
        if (user.isEmpty() || inFile == node.hasNonNull("secretEnvironment")) {
            throw new AdministrationException(
                    "a CHAP account needs a user and either a secret file or a secret environment"
                            + " variable");
        }
        SecretSource secret =
                inFile
                        ? new SecretSource.InFile(Path.of(node.get("secretFile").asText()))
                        : new SecretSource.InEnvironment(node.get("secretEnvironment").asText());
        return new AccountEntry(user, secret, origin);
    }
}
