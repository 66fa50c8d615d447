package io.stemma.server.iscsi.session;

import java.net.InetAddress;

/**
 * An address prefix in CIDR notation, IPv4 or IPv6.
 *
 * @param address any address inside
 * @param prefixBits 0 to 32 or 128
 */
public record Network(InetAddress address, int prefixBits) {
    /** Whether the other address lies inside; never across address families. */
    public boolean contains(InetAddress other) {
        byte[] mine = address.getAddress();
        byte[] theirs = other.getAddress();
        if (mine.length != theirs.length) {
            return false;
        }
        for (int bit = 0; bit < prefixBits; bit += 8) {
            int mask = prefixBits - bit >= 8 ? 0xff : 0xff << (8 - (prefixBits - bit));
            if (((mine[bit / 8] ^ theirs[bit / 8]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }
}
