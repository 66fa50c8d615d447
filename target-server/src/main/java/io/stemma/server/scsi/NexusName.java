package io.stemma.server.scsi;

/**
 * What an I_T nexus is known by when no session is there: reservations belong to the pair of ports,
 * never to a connection (SAM-5, 4.7; RFC 7143, 4.4.2).
 *
 * @param initiatorPort initiator name, ",i,0x", ISID in twelve hexadecimal digits
 * @param targetPort target name, ",t,0x", target portal group tag in four hexadecimal digits
 */
record NexusName(String initiatorPort, String targetPort) {
    static NexusName of(Nexus nexus) {
        return new NexusName(nexus.initiatorPort(), nexus.targetPort());
    }
}
