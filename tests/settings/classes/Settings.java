import java.lang.reflect.Field;
import java.util.Map;
import java.util.TreeMap;

/** Prints the settings that the classes of a release define: of what, name, type, default. */
public class Settings {
    private static final Map<String, String> CLASSES =
            new TreeMap<>(Map.of("broker", "kafka.server.KafkaConfig$", "topic", "kafka.log.LogConfig$"));

    public static void main(String[] arguments) throws Exception {
        for (Map.Entry<String, String> each : CLASSES.entrySet()) {
            Object module = Class.forName(each.getValue()).getField("MODULE$").get(null);
            Map<?, ?> keys = (Map<?, ?>) field(field(module, "configDef"), "configKeys");
            for (Object key : new TreeMap<Object, Object>(keys).values()) {
                System.out.println(String.join("\t", each.getKey(), text(field(key, "name")),
                        text(field(key, "type")).toLowerCase(), text(field(key, "defaultValue"))));
            }
        }
    }

    /** A default that is not there is an object of no class of its own. */
    private static String text(Object value) {
        return value == null || value.getClass() == Object.class ? "null"
                : value instanceof Class ? ((Class<?>) value).getName() : value.toString();
    }

    private static Object field(Object of, String name) throws Exception {
        for (Class<?> at = of.getClass(); at != null; at = at.getSuperclass()) {
            for (Field field : at.getDeclaredFields()) {
                if (field.getName().equals(name) || field.getName().endsWith("$$" + name)) {
                    field.setAccessible(true);
                    return field.get(of);
                }
            }
        }
        throw new NoSuchFieldException(of.getClass() + " has no " + name);
    }
}
