package chasqui.runtime.routes;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A call of a bean that a route file names. Camel looks for the method only when a message comes.
 *
 * @param bean name of the bean
 * @param method name, or name with arguments; "" where none is named
 * @param place where it stands
 */
record BeanCall(String bean, String method, Piece place) {
    private static final Pattern URI = Pattern.compile("bean:(?://)?([\\w.-]+)(?:\\?(.*))?", Pattern.DOTALL);
    private static final Pattern METHOD = Pattern.compile("(?:^|&)method=(.*?)(?=&[A-Za-z]+=|$)", Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile("(\\w+)\\s*(?:\\((.*)\\))?\\s*", Pattern.DOTALL);

    /**
     * @param uri of an endpoint
     * @param step what it stands in, with its parameters; {@link Piece#NOTHING} where it has none
     */
    static Optional<BeanCall> ofUri(Piece uri, Piece step) {
        Matcher bean = URI.matcher(uri.scalar());
        if (!bean.matches()) {
            return Optional.empty();
        }
        Piece parameter = step.at("parameters").at("method");
        Matcher named = METHOD.matcher(bean.group(2) == null ? "" : bean.group(2));
        String method = parameter.isScalar() ? parameter.scalar() : named.find() ? named.group(1) : "";
        return Optional.of(new BeanCall(bean.group(1), method, parameter.isScalar() ? parameter : uri));
    }

    /** @param step {@code method: { ref: …, method: … }} or {@code bean: { … }} */
    static Optional<BeanCall> ofStep(Piece step) {
        return step.at("ref").isScalar()
                ? Optional.of(
                        new BeanCall(step.at("ref").scalar(), step.at("method").scalar(), step.at("ref")))
                : Optional.empty();
    }

    /** What is wrong with it; empty: nothing. */
    Optional<String> problem(Map<String, Object> beans) {
        Object found = beans.get(bean);
        if (found == null) {
            return Optional.of("there is no bean " + bean + Near.to(bean, beans.keySet()) + "; correct its name");
        }
        Matcher named = NAME.matcher(method);
        if (method.isEmpty() || method.contains("${") && !named.matches()) {
            return Optional.empty();
        }
        if (!named.matches()) {
            return Optional.of("\"" + method + "\" is no method; write method=NAME or method=NAME(arguments)");
        }
        List<Method> sameName = Arrays.stream(found.getClass().getMethods())
                .filter(one -> one.getName().equals(named.group(1)))
                .toList();
        if (sameName.isEmpty()) {
            List<String> names = Arrays.stream(found.getClass().getMethods())
                    .filter(one -> one.getDeclaringClass() != Object.class)
                    .map(Method::getName)
                    .distinct()
                    .sorted()
                    .toList();
            return Optional.of("bean " + bean + " has no method " + named.group(1) + Near.to(named.group(1), names)
                    + "; it has " + String.join(", ", names));
        }
        if (named.group(2) == null) {
            return Optional.empty();
        }
        int given = arguments(named.group(2));
        return sameName.stream().anyMatch(one -> one.getParameterCount() == given)
                ? Optional.empty()
                : Optional.of("method " + named.group(1) + " of bean " + bean + " does not take " + given
                        + (given == 1 ? " argument" : " arguments") + "; it takes "
                        + sameName.get(0).getParameterCount());
    }

    /** Commas between arguments, and not inside of quotes, parentheses or expressions. */
    private static int arguments(String list) {
        if (list.isBlank()) {
            return 0;
        }
        int count = 1;
        int depth = 0;
        char quote = 0;
        for (char c : list.toCharArray()) {
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == '(' || c == '{') {
                depth++;
            } else if (c == ')' || c == '}') {
                depth--;
            } else if (c == ',' && depth == 0) {
                count++;
            }
        }
        return count;
    }
}
