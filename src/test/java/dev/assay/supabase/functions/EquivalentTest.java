package dev.assay.supabase.functions;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EquivalentTest {
    private final Equivalent equivalent = new Equivalent("file:///std/");

    @ParameterizedTest
    @CsvSource({
        "https://esm.sh/@supabase/supabase-js@2, npm:@supabase/supabase-js@2",
        "https://esm.sh/@supabase/supabase-js@2?target=deno, npm:@supabase/supabase-js@2",
        "https://esm.sh/v135/stripe@14.0.0?no-check, npm:stripe@14.0.0",
        "https://esm.sh/stripe@^14.1.0, npm:stripe@^14.1.0",
        "https://esm.sh/*zod, npm:zod",
        "https://esm.sh/preact@10.5.2/hooks, npm:preact@10.5.2/hooks",
        "https://esm.sh/stripe@14.0.0/es2022/stripe.mjs, npm:stripe@14.0.0",
        "https://esm.sh/jsr/@supabase/supabase-js@2, npm:@supabase/supabase-js@2",
        "https://cdn.skypack.dev/lodash@4?dts, npm:lodash@4",
        "https://cdn.jsdelivr.net/npm/zod@3/+esm, npm:zod@3",
        "https://unpkg.com/zod@3/index.mjs, npm:zod@3/index.mjs",
        "jsr:@supabase/supabase-js@2, npm:@supabase/supabase-js@2",
        "jsr:@supabase/functions-js/edge-runtime.d.ts, file:///std/empty.ts",
        "jsr:/@supabase/functions-js@^2/edge-runtime.d.ts, file:///std/empty.ts",
        "https://esm.sh/@supabase/functions-js/src/edge-runtime.d.ts, file:///std/empty.ts",
        "jsr:@hono/hono@4/cors, npm:hono@4/cors",
        "https://deno.land/x/zod@v3.22.4/mod.ts, npm:zod@3.22.4",
        "https://deno.land/std@0.168.0/http/server.ts, file:///std/server.ts",
        "https://deno.land/std/http/server.ts, file:///std/server.ts",
        "https://deno.land/std@0.177.0/encoding/hex.ts, file:///std/hex.ts",
        "jsr:@std/encoding@1/hex, file:///std/hex.ts",
        "jsr:@std/crypto/timing-safe-equal, file:///std/crypto.ts",
        "jsr:@std/dotenv/load, file:///std/empty.ts",
        "https://deno.land/std@0.177.0/path/mod.ts, node:path/posix"
    })
    void should_stand_for_what_npm_or_the_resources_have(String specifier, String expected) {
        assertThat(equivalent.of(specifier)).hasValue(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "npm:zod",
                "node:fs",
                "jsr:@oak/oak",
                "jsr:@std/tar",
                "https://deno.land/x/oak@v12.0.0/mod.ts",
                "https://deno.land/std@0.168.0/archive/tar.ts",
                "https://esm.sh/gh/somebody/something",
                "https://raw.githubusercontent.com/somebody/something/main/mod.ts",
                "./words.ts",
                "zod"
            })
    void should_leave_what_is_nowhere_else_as_it_is(String specifier) {
        assertThat(equivalent.of(specifier)).isEmpty();
    }

    @Test
    void should_read_a_functions_own_map_with_comments_paths_and_packages(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("functions/hello/deno.json");
        Files.createDirectories(file.getParent());
        Files.writeString(file, """
                {
                  // of the function
                  "imports": {
                    "words/": "../_shared/words/",
                    "stripe": "https://esm.sh/stripe@14?target=deno",
                    "hono": "npm:hono@4",
                    "std/": "https://deno.land/std@0.168.0/",
                  },
                  "compilerOptions": { "jsx": "react-jsx" },
                }
                """);

        ImportMap map = ImportMap.read(Optional.of(file), equivalent)
                .with(Map.of("std/http/server.ts", "https://deno.land/std@0.168.0/http/server.ts"), equivalent);

        assertThat(map.compilerOptions()).isTrue();
        assertThat(map.imports().path("words/").asString())
                .isEqualTo(folder.resolve("functions/_shared/words").toUri() + "/");
        assertThat(map.imports().path("stripe").asString()).isEqualTo("npm:stripe@14");
        assertThat(map.imports().path("hono/").asString()).isEqualTo("npm:/hono@4/");
        assertThat(map.imports().path("std/http/server.ts").asString()).isEqualTo("file:///std/server.ts");
    }

    @Test
    void should_name_a_map_that_cannot_be_read(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("deno.json"), "{ imports }");

        org.assertj.core.api.Assertions.assertThatThrownBy(() -> ImportMap.read(Optional.of(file), equivalent))
                .isInstanceOf(NotBootable.class)
                .hasMessageContaining("deno.json of the function is not valid JSON");
    }
}
