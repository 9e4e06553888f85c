package dev.assay.agent.cli;

import dev.assay.agent.Usage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What tokens cost, for CLIs that report tokens only: list prices of a published table, at one version of it, which
 * {@code costSource} names. They are those of short contexts, as the totals of a call do not say how long each of its
 * requests was; so a cost from here is a lower bound.
 *
 * @param source the published table
 * @param version of that table
 * @param models by name
 */
public record PriceTable(String source, String version, Map<String, Price> models) {
    private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);
    /** The day that a model's full name ends with: {@code -20250929}, {@code -2025-04-16}. */
    private static final Pattern DAY = Pattern.compile("-20\\d\\d-?\\d\\d-?\\d\\d$");

    /**
     * US dollars for a million tokens.
     *
     * @param cacheRead read from the cache
     * @param cacheWrite written to the cache
     */
    public record Price(BigDecimal input, BigDecimal cacheRead, BigDecimal cacheWrite, BigDecimal output) {
        private BigDecimal of(Usage usage) {
            return input.multiply(BigDecimal.valueOf(usage.input()))
                    .add(cacheRead.multiply(BigDecimal.valueOf(usage.cacheRead())))
                    .add(cacheWrite.multiply(BigDecimal.valueOf(usage.cacheWrite())))
                    .add(output.multiply(BigDecimal.valueOf(usage.output())))
                    .divide(MILLION, 9, RoundingMode.HALF_UP);
        }
    }

    public PriceTable {
        models = Map.copyOf(models);
    }

    /** The table that Assay ships with. */
    public static PriceTable shipped() {
        try (InputStream in = PriceTable.class.getResourceAsStream("prices.json")) {
            if (in == null) {
                throw new IllegalStateException("prices.json is missing from the class path: the build is broken.");
            }
            JsonNode table = JsonMapper.shared().readTree(in);
            Map<String, Price> models = new LinkedHashMap<>();
            table.path("models").properties().forEach(model -> models.put(model.getKey(), price(model.getValue())));
            return new PriceTable(
                    table.path("source").asString(), table.path("version").asString(), models);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Price price(JsonNode prices) {
        return new Price(
                prices.path(0).decimalValue(),
                prices.path(1).decimalValue(),
                prices.path(2).decimalValue(),
                prices.path(3).decimalValue());
    }

    /** What {@code costSource} says of a cost from here: {@code price-table:genai-prices@0.1.8}. */
    public String name() {
        return "price-table:" + source + "@" + version;
    }

    /** The same tokens with their cost; as they are where there is a cost, no token, or no price of that model. */
    public Usage priced(Usage usage, Optional<String> model) {
        if (usage.costUsd().isPresent() || usage.total() == 0) {
            return usage;
        }
        return model.flatMap(this::price)
                .map(price -> new Usage(
                        usage.input(),
                        usage.cacheRead(),
                        usage.cacheWrite(),
                        usage.output(),
                        usage.reasoning(),
                        Optional.of(price.of(usage)),
                        name()))
                .orElse(usage);
    }

    /** A model's price, also where its name carries a provider before it or a day behind it. */
    Optional<Price> price(String model) {
        String name = model.toLowerCase(Locale.ROOT);
        String bare = name.substring(name.lastIndexOf('/') + 1);
        for (String candidate : List.of(name, bare, DAY.matcher(bare).replaceFirst(""))) {
            if (models.containsKey(candidate)) {
                return Optional.of(models.get(candidate));
            }
        }
        return Optional.empty();
    }
}
