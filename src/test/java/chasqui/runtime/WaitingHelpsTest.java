package chasqui.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class WaitingHelpsTest {
    private static SQLException refused(String state, Exception cause) {
        return new SQLException("as the driver says it", state, cause);
    }

    @Test
    void a_server_that_does_not_answer_is_waited_for_also_at_the_very_first_start() {
        assertThat(WaitingHelps.with(refused("08001", new ConnectException()), false))
                .isTrue();
        assertThat(WaitingHelps.with(refused("57P03", null), false)).isTrue();
    }

    @Test
    void what_looks_like_a_wrong_setting_is_one_until_it_has_worked_once() {
        for (SQLException wrong : List.of(
                refused("08001", new UnknownHostException()),
                refused("28P01", null),
                refused("3D000", null),
                refused("08004", null),
                refused("08006", new FileNotFoundException("root.crt")),
                refused("08006", new SSLHandshakeException("no path")),
                refused("08006", new CertificateException("another name")))) {
            assertThat(WaitingHelps.with(new IllegalStateException(wrong), false))
                    .as("%s, first", wrong)
                    .isFalse();
            assertThat(WaitingHelps.with(new IllegalStateException(wrong), true))
                    .as("%s, later", wrong)
                    .isTrue();
        }
    }
}
