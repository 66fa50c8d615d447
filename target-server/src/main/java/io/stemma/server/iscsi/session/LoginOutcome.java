package io.stemma.server.iscsi.session;

import io.stemma.server.iscsi.text.NegotiatedParameters;

import org.jspecify.annotations.Nullable;

/**
 * What login found out about an initiator that may enter.
 *
 * @param initiatorName iSCSI name, normalized
 * @param initiatorAlias alias or empty
 * @param isid 48 bits
 * @param tsih as the initiator sent it; 0 asks for a new session (or reinstates the one it has)
 * @param cid connection identifier
 * @param target where it goes, null for a discovery session
 * @param parameters what was agreed
 * @param userName CHAP name, or empty where none was asked for
 * @param cmdSn CmdSN of the login, which the first command repeats
 */
public record LoginOutcome(
        String initiatorName,
        String initiatorAlias,
        long isid,
        int tsih,
        int cid,
        @Nullable TargetNode target,
        NegotiatedParameters parameters,
        String userName,
        int cmdSn) {}
