package dev.assay.budget;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyTest {
    private final Policy policy = Policy.experiment();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "git push",
                "git -C /srv/x push origin main",
                "git -c user.name=a --no-pager push",
                "cd app && git push",
                "true || git push",
                "npm test; git push",
                "(git push)",
                "if true; then git push; fi",
                "echo $(git push)",
                "echo \"done: `git push`\"",
                "GIT_SSH=x git push",
                "env A=b git push",
                "env -u HOME A=b git push",
                "sh -c 'git push'",
                "bash -lc \"cd x && git push\"",
                "bash -c 'sh -c \"git push\"'",
                "/usr/bin/git push",
                "g\"it\" pu'sh'",
                "gi\\t push",
                "git \\\n push",
                "timeout 10s git push",
                "timeout --signal=TERM 10 git push",
                "nice -n 10 git push",
                "nohup git push > log 2>&1 &",
                "echo main | xargs -n 1 git push origin",
                "eval git push",
                "eval 'git push'",
                "find . -name x -exec git push {} \\;",
                "bash <<'EOF'\ngit push\nEOF",
                "2>/dev/null git push",
                "! git push",
                "sudo apt-get install x",
                "su -c id",
                "ssh host",
                "npm publish --access public",
                "pnpm -r publish",
                "supabase link --project-ref abc",
                "npx supabase login",
                "npx --yes supabase@2 db push --linked",
                "supabase functions deploy hook",
                "supabase db push --db-url postgresql://postgres:x@db.example.com:5432/postgres",
                "supabase db dump --db-url=postgres://db.example.com/x",
                "psql -h db.example.com -c 'select 1'",
                "psql 'postgresql://u:p@db.example.com/x'",
                "psql 'host=db.example.com dbname=x'",
            })
    void should_object_to_what_leaves_the_workspace(String line) {
        assertThat(policy.objection(line)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "git status && git commit -m 'before git push'",
                "echo git push",
                "echo 'sudo is not needed'",
                "grep -rn 'git push' docs # git push",
                "cat > deploy.md <<'EOF'\nRun:\ngit push\nEOF\nnpm test",
                "cat <<-EOF > a\n\tgit push\n\tEOF\nls",
                "git log --grep push",
                "git stash push",
                "npm run publish-docs",
                "npm install ssh2",
                "supabase db reset",
                "npx supabase migration new push",
                "supabase functions serve",
                "psql -h 127.0.0.1 -p 54322 -U postgres",
                "psql postgresql://postgres:postgres@localhost:54322/postgres -c 'select 1'",
                "psql \"$DATABASE_URL\" -c 'select 1'",
                "PGHOST=/tmp psql",
                "sh -c",
                "'unfinished",
                "echo \"$(unfinished",
                "for i in 1 2; do npm test; done",
            })
    void should_let_what_stays_in_it_pass(String line) {
        assertThat(policy.objection(line)).isEmpty();
    }

    @Test
    void should_say_which_command_and_why() {
        assertThat(policy.objection("cd app && git push origin main"))
                .contains("`git push origin main` sends work to another repository");
    }

    @Test
    void should_come_to_an_end_with_whatever_is_nested() {
        assertThat(policy.objection("$(".repeat(5000) + "git push" + ")".repeat(5000)))
                .isEmpty();
        assertThat(policy.objection("sh -c ".repeat(2000) + "x")).isEmpty();
    }
}
