package dev.assay.supabase.auth;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A QR code (ISO/IEC 18004) of a text in bytes, with the error correction of level L, up to version 10: 271 bytes. The
 * mask is always the first one, which readers take as well as any.
 */
final class QrCode {
    private static final int MOST_VERSION = 10;
    /** By version from 1: bytes of error correction of a block, and number of blocks. */
    private static final int[] CORRECTION = {7, 10, 15, 20, 26, 18, 20, 24, 30, 18};

    private static final int[] BLOCKS = {1, 1, 1, 1, 1, 2, 2, 2, 2, 4};
    /** By version from 1: bytes of data and error correction together. */
    private static final int[] CODEWORDS = {26, 44, 70, 100, 134, 172, 196, 242, 292, 346};
    /** Format bits of level L with mask 0, error correction and mask pattern of their own included. */
    private static final int FORMAT = 0b111011111000100;

    private static final int[][] ALIGNMENT = {
        {}, {6, 18}, {6, 22}, {6, 26}, {6, 30}, {6, 34}, {6, 22, 38}, {6, 24, 42}, {6, 26, 46}, {6, 28, 50}
    };

    private final int version;
    private final int size;
    private final boolean[][] dark;
    private final boolean[][] fixed;

    private QrCode(int version) {
        this.version = version;
        this.size = 17 + 4 * version;
        this.dark = new boolean[size][size];
        this.fixed = new boolean[size][size];
    }

    /**
     * @throws IllegalArgumentException for a text of more than 271 bytes
     */
    static QrCode of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int version = 1; version <= MOST_VERSION; version++) {
            int room = dataBytes(version) - (version < 10 ? 2 : 3);
            if (bytes.length <= room) {
                QrCode code = new QrCode(version);
                code.drawPatterns();
                code.drawData(code.codewords(bytes));
                return code;
            }
        }
        throw new IllegalArgumentException("a text of " + bytes.length + " bytes does not fit");
    }

    private static int dataBytes(int version) {
        return CODEWORDS[version - 1] - CORRECTION[version - 1] * BLOCKS[version - 1];
    }

    private byte[] codewords(byte[] text) {
        byte[] data = new byte[dataBytes(version)];
        int[] at = {0};
        put(data, at, 0b0100, 4);
        put(data, at, text.length, version < 10 ? 8 : 16);
        for (byte b : text) {
            put(data, at, b & 0xff, 8);
        }
        at[0] = (Math.min(at[0] + 4, data.length * 8) + 7) / 8 * 8;
        for (int pad = 0xec; at[0] < data.length * 8; pad ^= 0xec ^ 0x11) {
            put(data, at, pad, 8);
        }
        return interleaved(data);
    }

    private static void put(byte[] data, int[] at, int value, int bits) {
        for (int i = bits - 1; i >= 0; i--, at[0]++) {
            data[at[0] / 8] |= (byte) ((value >> i & 1) << 7 - at[0] % 8);
        }
    }

    private byte[] interleaved(byte[] data) {
        int blocks = BLOCKS[version - 1];
        int correction = CORRECTION[version - 1];
        int shorter = data.length / blocks;
        int longer = data.length % blocks;
        byte[][] parts = new byte[blocks][];
        byte[][] checks = new byte[blocks][];
        int from = 0;
        for (int i = 0; i < blocks; i++) {
            int length = shorter + (i < blocks - longer ? 0 : 1);
            parts[i] = Arrays.copyOfRange(data, from, from + length);
            checks[i] = remainder(parts[i], correction);
            from += length;
        }
        byte[] all = new byte[CODEWORDS[version - 1]];
        int at = 0;
        for (int i = 0; i <= shorter; i++) {
            for (byte[] part : parts) {
                if (i < part.length) {
                    all[at++] = part[i];
                }
            }
        }
        for (int i = 0; i < correction; i++) {
            for (byte[] check : checks) {
                all[at++] = check[i];
            }
        }
        return all;
    }

    /** Reed and Solomon's over the field of 256 elements that x^8 + x^4 + x^3 + x^2 + 1 makes. */
    private static byte[] remainder(byte[] data, int degree) {
        int[] divisor = new int[degree];
        divisor[degree - 1] = 1;
        int root = 1;
        for (int i = 0; i < degree; i++) {
            for (int j = 0; j < degree; j++) {
                divisor[j] = product(divisor[j], root) ^ (j + 1 < degree ? divisor[j + 1] : 0);
            }
            root = product(root, 2);
        }
        byte[] rest = new byte[degree];
        for (byte b : data) {
            int factor = (b ^ rest[0]) & 0xff;
            System.arraycopy(rest, 1, rest, 0, degree - 1);
            rest[degree - 1] = 0;
            for (int i = 0; i < degree; i++) {
                rest[i] ^= (byte) product(divisor[i], factor);
            }
        }
        return rest;
    }

    private static int product(int x, int y) {
        int z = 0;
        for (int i = 7; i >= 0; i--) {
            z = z << 1 ^ (z >>> 7) * 0x11d;
            z ^= (y >>> i & 1) * x;
        }
        return z & 0xff;
    }

    private void set(int x, int y, boolean isDark) {
        dark[y][x] = isDark;
        fixed[y][x] = true;
    }

    private void drawPatterns() {
        for (int i = 0; i < size; i++) {
            set(6, i, i % 2 == 0);
            set(i, 6, i % 2 == 0);
        }
        drawFinder(3, 3);
        drawFinder(size - 4, 3);
        drawFinder(3, size - 4);
        int[] centres = ALIGNMENT[version - 1];
        int last = centres.length - 1;
        for (int i = 0; i <= last; i++) {
            for (int j = 0; j <= last; j++) {
                boolean finder = i == 0 && j == 0 || i == 0 && j == last || i == last && j == 0;
                if (!finder) {
                    drawSquare(centres[i], centres[j], 2);
                }
            }
        }
        drawFormat();
        drawVersion();
    }

    private void drawFinder(int x, int y) {
        for (int dy = -4; dy <= 4; dy++) {
            for (int dx = -4; dx <= 4; dx++) {
                int ring = Math.max(Math.abs(dx), Math.abs(dy));
                if (x + dx >= 0 && x + dx < size && y + dy >= 0 && y + dy < size) {
                    set(x + dx, y + dy, ring != 2 && ring != 4);
                }
            }
        }
    }

    private void drawSquare(int x, int y, int reach) {
        for (int dy = -reach; dy <= reach; dy++) {
            for (int dx = -reach; dx <= reach; dx++) {
                set(x + dx, y + dy, Math.max(Math.abs(dx), Math.abs(dy)) != 1);
            }
        }
    }

    private void drawFormat() {
        for (int i = 0; i < 15; i++) {
            boolean bit = (FORMAT >> i & 1) == 1;
            if (i < 6) {
                set(8, i, bit);
            } else if (i < 8) {
                set(8, i + 1, bit);
            } else if (i == 8) {
                set(7, 8, bit);
            } else {
                set(14 - i, 8, bit);
            }
            if (i < 8) {
                set(size - 1 - i, 8, bit);
            } else {
                set(8, size - 15 + i, bit);
            }
        }
        set(8, size - 8, true);
    }

    private void drawVersion() {
        if (version < 7) {
            return;
        }
        int rest = version;
        for (int i = 0; i < 12; i++) {
            rest = rest << 1 ^ (rest >>> 11) * 0x1f25;
        }
        int bits = version << 12 | rest;
        for (int i = 0; i < 18; i++) {
            boolean bit = (bits >>> i & 1) == 1;
            set(size - 11 + i % 3, i / 3, bit);
            set(i / 3, size - 11 + i % 3, bit);
        }
    }

    private void drawData(byte[] codewords) {
        int at = 0;
        for (int right = size - 1; right >= 1; right -= 2) {
            if (right == 6) {
                right = 5;
            }
            for (int step = 0; step < size; step++) {
                for (int j = 0; j < 2; j++) {
                    int x = right - j;
                    boolean upwards = (right + 1 & 2) == 0;
                    int y = upwards ? size - 1 - step : step;
                    if (fixed[y][x]) {
                        continue;
                    }
                    boolean bit = at < codewords.length * 8 && (codewords[at / 8] >> 7 - at % 8 & 1) == 1;
                    at++;
                    dark[y][x] = bit ^ (x + y) % 2 == 0;
                }
            }
        }
    }

    int size() {
        return size;
    }

    boolean isDark(int x, int y) {
        return dark[y][x];
    }

    /** A picture with the quiet zone that readers need. */
    String svg() {
        int whole = size + 8;
        StringBuilder path = new StringBuilder();
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                if (dark[y][x]) {
                    path.append('M').append(x + 4).append(',').append(y + 4).append("h1v1h-1z");
                }
            }
        }
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + whole * 4 + "\" height=\"" + whole * 4
                + "\" viewBox=\"0 0 " + whole + " " + whole + "\" shape-rendering=\"crispEdges\"><rect width=\"" + whole
                + "\" height=\"" + whole + "\" fill=\"white\"/><path d=\"" + path + "\" fill=\"black\"/></svg>";
    }
}
