package dev.assay.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class StoreAddressTest {
    @Test
    void should_refuse_what_is_no_postgres_url_without_showing_it() {
        assertThatThrownBy(() -> StoreAddress.parse("mysql://me:s3cret@host/db"))
                .hasMessageContaining("store-url")
                .hasMessageNotContaining("s3cret");
        assertThatThrownBy(() -> StoreAddress.parse("postgresql://me:s3cret%@host/db"))
                .hasMessageContaining("percent-encoded")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void should_show_a_jdbc_url_without_its_parameters() {
        StoreAddress address = StoreAddress.parse("jdbc:postgresql://db.example:5432/log?user=me&password=s3cret");
        assertThat(address.jdbcUrl()).endsWith("password=s3cret");
        assertThat(address.shown()).isEqualTo("postgresql://db.example:5432/log");
    }

    @Test
    void should_take_the_form_that_supabase_shows() {
        StoreAddress address =
                StoreAddress.parse("postgresql://postgres.ref:p%40s+s@pooler.example:6543/postgres?sslmode=require");
        assertThat(address.jdbcUrl())
                .isEqualTo("jdbc:postgresql://pooler.example:6543/postgres?sslmode=require"
                        + "&user=postgres.ref&password=p%40s%2Bs");
        assertThat(address.shown()).isEqualTo("postgresql://pooler.example:6543/postgres");
    }
}
