package chasqui.filing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class WildcardTest {
    @Test
    void a_star_is_any_characters_and_a_question_mark_any_one() {
        assertThat(new Wildcard("*.fits").matches("a.fits")).isTrue();
        assertThat(new Wildcard("*.fits").matches("a.fits.tmp")).isFalse();
        assertThat(new Wildcard("a?c").matches("abc")).isTrue();
        assertThat(new Wildcard("a?c").matches("ac")).isFalse();
        assertThat(new Wildcard("*a*b*").matches("xxaxxbxx")).isTrue();
        assertThat(new Wildcard("*").matches("")).isTrue();
        assertThat(new Wildcard("a[b]").matches("ab"))
                .as("nothing else has a meaning")
                .isFalse();
    }

    @Test
    @Timeout(20)
    void a_hostile_pattern_takes_no_longer_than_another() {
        assertThat(new Wildcard("*a".repeat(120) + "*b").matches("a".repeat(255)))
                .isFalse();
    }
}
