package dev.assay.supabase.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Reads the code back by the standard's rules, written down once more and apart from the maker's. */
class QrCodeTest {
    private static final int[] ALIGNED = {0, 18, 22, 26, 30, 34, 22, 24, 26, 28};

    @Test
    void should_refuse_what_does_not_fit() {
        assertThatThrownBy(() -> QrCode.of("x".repeat(272))).isInstanceOf(IllegalArgumentException.class);
    }

    @TestFactory
    List<DynamicTest> should_be_read_back() {
        List<DynamicTest> tests = new ArrayList<>();
        for (int length : new int[] {1, 17, 18, 53, 78, 106, 107, 134, 135, 154, 155, 192, 193, 230, 231, 271}) {
            StringBuilder text = new StringBuilder();
            IntStream.range(0, length).forEach(i -> text.append((char) ('!' + i * 7 % 90)));
            tests.add(DynamicTest.dynamicTest(
                    length + " bytes",
                    () -> assertThat(read(QrCode.of(text.toString()))).isEqualTo(text.toString())));
        }
        return tests;
    }

    @Test
    void should_be_a_picture() {
        assertThat(QrCode.of("otpauth://totp/x").svg())
                .startsWith("<svg xmlns=")
                .endsWith("</svg>");
    }

    private static String read(QrCode code) {
        int size = code.size();
        int version = (size - 17) / 4;
        // level L, mask 0: 01 000 and its ten check bits, under the standard's mask
        int format = 0;
        for (int i = 0; i < 8; i++) {
            format |= (code.isDark(size - 1 - i, 8) ? 1 : 0) << i;
        }
        for (int i = 8; i < 15; i++) {
            format |= (code.isDark(8, size - 15 + i) ? 1 : 0) << i;
        }
        assertThat(format ^ 0b101010000010010).as("format").isEqualTo(0b01000 << 10 | 0b1111010110);
        assertThat(code.isDark(8, size - 8)).isTrue();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int bits = 0;
        int count = 0;
        boolean up = true;
        for (int right = size - 1; right > 0; right -= right == 8 ? 3 : 2) {
            for (int step = 0; step < size; step++) {
                int y = up ? size - 1 - step : step;
                for (int x = right; x > right - 2; x--) {
                    if (!isFunction(x, y, size, version)) {
                        bits = bits << 1 | (code.isDark(x, y) ^ (x + y) % 2 == 0 ? 1 : 0);
                        if (++count % 8 == 0) {
                            bytes.write(bits);
                            bits = 0;
                        }
                    }
                }
            }
            up = !up;
        }
        return text(bytes.toByteArray(), version);
    }

    private static boolean isFunction(int x, int y, int size, int version) {
        boolean finder = x < 9 && y < 9 || x >= size - 8 && y < 9 || x < 9 && y >= size - 8;
        boolean timing = x == 6 || y == 6;
        boolean versionArea =
                version >= 7 && (x >= size - 11 && x < size - 8 && y < 6 || y >= size - 11 && y < size - 8 && x < 6);
        return finder || timing || versionArea || version > 1 && aligned(x, y, size, version);
    }

    private static boolean aligned(int x, int y, int size, int version) {
        int last = size - 7;
        int[] centres = version < 7 ? new int[] {6, last} : new int[] {6, ALIGNED[version - 1], last};
        for (int cx : centres) {
            for (int cy : centres) {
                boolean finder = cx == 6 && cy == 6 || cx == 6 && cy == last || cx == last && cy == 6;
                if (!finder && Math.abs(x - cx) <= 2 && Math.abs(y - cy) <= 2) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Level L: blocks of data by version, from the standard's table 9. */
    private static String text(byte[] codewords, int version) {
        int[][] blocks = {{19}, {34}, {55}, {80}, {108}, {68, 68}, {78, 78}, {97, 97}, {116, 116}, {68, 68, 69, 69}};
        int[] lengths = blocks[version - 1];
        byte[][] parts = new byte[lengths.length][];
        int[] total = {26, 44, 70, 100, 134, 172, 196, 242, 292, 346};
        assertThat(codewords.length).isEqualTo(total[version - 1]);
        int data = IntStream.of(lengths).sum();
        int correction = (codewords.length - data) / lengths.length;
        int at = 0;
        for (int i = 0; i < lengths.length; i++) {
            parts[i] = new byte[lengths[i] + correction];
        }
        int longest = lengths[lengths.length - 1];
        for (int i = 0; i < longest; i++) {
            for (int b = 0; b < lengths.length; b++) {
                if (i < lengths[b]) {
                    parts[b][i] = codewords[at++];
                }
            }
        }
        for (int i = 0; i < correction; i++) {
            for (int b = 0; b < lengths.length; b++) {
                parts[b][lengths[b] + i] = codewords[at++];
            }
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int b = 0; b < lengths.length; b++) {
            assertThat(isCodeword(parts[b], correction)).as("block " + b).isTrue();
            all.write(parts[b], 0, lengths[b]);
        }
        byte[] bytes = all.toByteArray();
        int header = version < 10 ? 12 : 20;
        assertThat(bits(bytes, 0, 4)).isEqualTo(4);
        int length = bits(bytes, 4, header - 4);
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++) {
            text[i] = (byte) bits(bytes, header + i * 8, 8);
        }
        return new String(text, StandardCharsets.UTF_8);
    }

    private static int bits(byte[] bytes, int from, int count) {
        int value = 0;
        for (int i = from; i < from + count; i++) {
            value = value << 1 | bytes[i / 8] >> 7 - i % 8 & 1;
        }
        return value;
    }

    /** A block without error has the roots 1, 2, 4, … of the field of 256 elements. */
    private static boolean isCodeword(byte[] block, int correction) {
        int[] power = new int[510];
        int[] log = new int[256];
        int x = 1;
        for (int i = 0; i < 255; i++) {
            power[i] = power[i + 255] = x;
            log[x] = i;
            x = x << 1 > 255 ? x << 1 ^ 0x11d : x << 1;
        }
        for (int root = 0; root < correction; root++) {
            int sum = 0;
            for (byte b : block) {
                sum = (sum == 0 ? 0 : power[log[sum] + root]) ^ b & 0xff;
            }
            if (sum != 0) {
                return false;
            }
        }
        return true;
    }
}
