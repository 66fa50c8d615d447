package io.stemma.server.iscsi.login;

import io.stemma.server.iscsi.session.AccessPolicy;
import io.stemma.server.iscsi.session.SessionAdmission;
import io.stemma.server.iscsi.session.TargetDirectory;

import java.util.random.RandomGenerator;

/**
 * What all logins share. Any thread.
 *
 * @param directory targets and portals
 * @param discovery who may open a discovery session, {@link AccessPolicy#OPEN} by default
 * @param admission the sessions
 * @param random identifiers and challenges of CHAP; a {@code SecureRandom} except in tests
 */
public record LoginSettings(
        TargetDirectory directory,
        AccessPolicy discovery,
        SessionAdmission admission,
        RandomGenerator random) {}
