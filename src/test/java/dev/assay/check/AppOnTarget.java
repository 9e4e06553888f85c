package dev.assay.check;

import dev.assay.experiment.Access;
import dev.assay.experiment.AppInterface;
import dev.assay.experiment.Contract;
import dev.assay.experiment.Contract.TableRule;
import dev.assay.experiment.Limits;
import dev.assay.target.Target;
import dev.assay.target.Targets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An app that is nothing but migrations, on a target of its own. */
final class AppOnTarget implements AutoCloseable {
    /** A todo table as a person would write it, without its policies. */
    static final String TODOS = """
            create table public.todos (
              id uuid primary key default gen_random_uuid(),
              user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
              title text not null check (char_length(btrim(title)) between 1 and 200),
              done boolean not null default false,
              created_at timestamptz not null default now()
            );
            """;

    static final String OWN_ROWS = """
            alter table public.todos enable row level security;
            create policy "own select" on public.todos for select to authenticated using ((select auth.uid()) = user_id);
            create policy "own insert" on public.todos for insert to authenticated with check ((select auth.uid()) = user_id);
            create policy "own update" on public.todos for update to authenticated
              using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);
            create policy "own delete" on public.todos for delete to authenticated using ((select auth.uid()) = user_id);
            """;

    private final Target target;
    private final Path folder;
    private final Target.Applied applied;

    private AppOnTarget(Target target, Path folder, Target.Applied applied) {
        this.target = target;
        this.folder = folder;
        this.applied = applied;
    }

    static AppOnTarget of(Targets targets, Path folder, String... migrations) throws IOException, InterruptedException {
        Path sql = Files.createDirectories(folder.resolve("supabase/migrations"));
        int number = 0;
        for (String migration : migrations) {
            Files.writeString(sql.resolve("2026030209000" + number + "_step" + number + ".sql"), migration);
            number++;
        }
        Target target = targets.open(folder, Files.createDirectories(folder.resolve("files")));
        return new AppOnTarget(target, folder, target.applyMigrations());
    }

    Target target() {
        return target;
    }

    Target.Applied applied() {
        return applied;
    }

    /** The subject with the contract of todo-auth. */
    Subject subject() {
        return subject("todo*|task*", new Access.Owner());
    }

    Subject subject(String match, Access access) {
        return subject(Map.of("todos", new TableRule("todos", match, access, 1)));
    }

    Subject subject(Map<String, TableRule> rules) {
        Contract contract =
                new Contract("own", new LinkedHashMap<>(rules), List.of(), List.of(), List.of(), Optional.empty());
        return new Subject(
                contract,
                new AppInterface("true", "true", "true", List.of(), "", ""),
                Limits.DEFAULT,
                target,
                applied,
                folder,
                Map.of(),
                0,
                folder);
    }

    @Override
    public void close() {
        target.close();
    }
}
