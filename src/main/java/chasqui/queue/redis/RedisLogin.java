package chasqui.queue.redis;

import chasqui.settings.Settings;

/**
 * Who this process is to Redis.
 *
 * @param user "": the user named default
 * @param password "": none
 * @param sentinelMaster name by which sentinels know the master; "": there are no sentinels
 * @param sentinelPassword "": none
 */
public record RedisLogin(String user, String password, String sentinelMaster, String sentinelPassword) {
    static RedisLogin from(Settings settings) {
        String user = settings.text("chasqui.redis.user");
        String password = settings.text("chasqui.redis.password");
        if (!user.isEmpty() && password.isEmpty()) {
            settings.refuse("chasqui.redis.user", "wants a password, in CHASQUI_REDIS_PASSWORD");
        }
        return new RedisLogin(
                user,
                password,
                settings.text("chasqui.redis.sentinel-master"),
                settings.text("chasqui.redis.sentinel-password"));
    }

    /** Without the passwords. */
    @Override
    public String toString() {
        return user.isEmpty() ? "default" : user;
    }
}
