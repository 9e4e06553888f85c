package dev.assay.supabase.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives each test of a class a Supabase project of its own, as a parameter of type
 * {@link dev.assay.supabase.SupabaseProject}.
 *
 * <pre>{@code
 * @EmbeddedSupabase(project = "my-app")
 * class TodosTest {
 *     @Test
 *     void should_hide_the_todos_of_others(SupabaseProject supabase) { … }
 * }
 * }</pre>
 *
 * <p>One PostgreSQL serves all tests of the JVM and is started by the first; a project is a database that is copied from
 * a template in some hundredths of a second and dropped after the test, so that tests in parallel never meet. A project
 * that a constructor or a {@code @BeforeAll} method asks for lives as long as the class.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(EmbeddedSupabaseExtension.class)
public @interface EmbeddedSupabase {
    /**
     * The folder that holds {@code supabase/}, from where the tests run: its migrations and seed are applied to each
     * project, and its {@code config.toml} is read. Where one does not apply, the test fails and says which and why.
     * Empty for an empty project.
     */
    String project() default "";
}
