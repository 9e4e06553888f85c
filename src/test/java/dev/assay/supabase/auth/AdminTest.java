package dev.assay.supabase.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.supabase.SupabaseFixture;
import dev.assay.supabase.auth.AuthProject.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AdminTest {
    @RegisterExtension
    static final SupabaseFixture SUPABASE = new SupabaseFixture();

    @RegisterExtension
    final AuthProject auth = new AuthProject(SUPABASE);

    @Test
    void should_let_only_the_service_administer_users() throws Exception {
        auth.open("");
        String service = auth.project().keys().serviceKey();
        String ann = auth.post("/signup", AuthProject.ANN).text("access_token");

        assertThat(auth.send("GET", "/admin/users", "", "").error()).startsWith("401 no_authorization");
        assertThat(auth.send("GET", "/admin/users", ann, "").error()).isEqualTo("403 not_admin: User not allowed");
        assertThat(auth.send("GET", "/admin/users", auth.project().keys().publishableKey(), "")
                        .status())
                .isEqualTo(403);
        Answer bob = auth.send(
                "POST",
                "/admin/users",
                auth.project().keys().secretKey(),
                "{\"email\":\"bob@example.com\",\"password\":\"correct horse\",\"email_confirm\":true,"
                        + "\"user_metadata\":{\"name\":\"Bob\"},\"app_metadata\":{\"role\":\"editor\"}}");
        assertThat(bob.status()).isEqualTo(200);
        assertThat(bob.body().at("/app_metadata/role").asString()).isEqualTo("editor");
        assertThat(auth.send("POST", "/admin/users", service, "{\"email\":\"bob@example.com\"}")
                        .error())
                .startsWith("422 email_exists");
        Answer list = auth.send("GET", "/admin/users?per_page=1", service, "");
        assertThat(list.body().path("users")).hasSize(1);
        assertThat(list.response().headers().firstValue("x-total-count")).hasValue("2");
        String path = "/admin/users/" + bob.text("id");
        assertThat(auth.send("PUT", path, service, "{\"ban_duration\":\"1h30m\"}")
                        .status())
                .isEqualTo(200);
        assertThat(auth.post(
                                "/token?grant_type=password",
                                "{\"email\":\"bob@example.com\",\"password\":\"correct horse\"}")
                        .error())
                .isEqualTo("400 user_banned: User is banned");
        assertThat(auth.send("DELETE", path, service, "{\"should_soft_delete\":false}")
                        .status())
                .isEqualTo(200);
        assertThat(auth.send("GET", path, service, "").error()).isEqualTo("404 user_not_found: User not found");
        assertThat(auth.send("GET", "/admin/users/nobody", service, "").status())
                .isEqualTo(404);
    }

    @Test
    void should_hand_out_links_to_the_service() throws Exception {
        auth.open("");
        Answer link = auth.send(
                "POST",
                "/admin/generate_link",
                auth.project().keys().serviceKey(),
                "{\"type\":\"magiclink\",\"email\":\"ann@example.com\"}");

        assertThat(link.status()).isEqualTo(200);
        assertThat(link.text("action_link")).startsWith(auth.project().url() + "/auth/v1/verify?token=");
        Answer session =
                auth.post("/verify", "{\"type\":\"magiclink\",\"token_hash\":\"" + link.text("hashed_token") + "\"}");
        assertThat(session.body().at("/user/email").asString()).isEqualTo("ann@example.com");
    }

    @Test
    void should_make_links_for_a_new_address_and_forget_who_was_deleted_softly() throws Exception {
        auth.open("");
        String service = auth.project().keys().serviceKey();
        String id = auth.post("/signup", AuthProject.ANN).body().at("/user/id").asString();

        assertThat(auth.send("GET", "/admin/users?page=-1", service, "").error())
                .startsWith("400 validation_failed: Bad Pagination Parameters");
        String links = "/admin/generate_link";
        assertThat(auth.send("POST", links, service, "{\"type\":\"recovery\",\"email\":\"bob@example.com\"}")
                        .error())
                .startsWith("404 user_not_found");
        Answer link = auth.send(
                "POST",
                links,
                service,
                "{\"type\":\"email_change_new\",\"email\":\"ann@example.com\",\"new_email\":\"ann@new.example.com\"}");
        assertThat(link.text("new_email")).isEqualTo("ann@new.example.com");
        assertThat(link.text("action_link")).contains("type=email_change");
        assertThat(auth.follow(link.text("action_link"))).startsWith("303 http://127.0.0.1:3000#access_token=");
        assertThat(auth.send("GET", "/admin/users/" + id, service, "").text("email"))
                .isEqualTo("ann@new.example.com");

        assertThat(auth.send("DELETE", "/admin/users/" + id, service, "{\"should_soft_delete\":true}")
                        .status())
                .isEqualTo(200);
        assertThat(auth.send("GET", "/admin/users/" + id, service, "").status()).isEqualTo(404);
        assertThat(auth.sql("select count(*) from auth.users where deleted_at is not null and email !~ 'ann'"))
                .isEqualTo("1");
        assertThat(auth.post("/signup", AuthProject.ANN).status()).isEqualTo(200);
    }
}
