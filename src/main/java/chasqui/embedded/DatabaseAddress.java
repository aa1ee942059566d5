package chasqui.embedded;

import java.util.Properties;

/**
 * How to connect to a database.
 *
 * @param jdbcUrl without user and password
 * @param user owner of the database, not a superuser
 * @param password never shown by {@link #toString()}
 */
public record DatabaseAddress(String jdbcUrl, String user, String password) {

    static DatabaseAddress local(int port, String user, String database, String password) {
        return new DatabaseAddress("jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database), user, password);
    }

    static DatabaseAddress from(Properties properties) {
        return new DatabaseAddress(
                properties.getProperty("url"), properties.getProperty("user"), properties.getProperty("password"));
    }

    Properties toProperties(int port) {
        Properties properties = new Properties();
        properties.setProperty("url", jdbcUrl);
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("port", Integer.toString(port));
        return properties;
    }

    @Override
    public String toString() {
        return user + " at " + jdbcUrl;
    }
}
