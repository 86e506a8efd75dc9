using System.Collections;

namespace NodeForge.Images.Assembly;

/// <summary>What a program sees whose output goes into an image: nothing of the machine, no locale, no time zone, no proxy, no name of a user.</summary>
internal static class HermeticEnvironment
{
    /// <summary>Takes out every variable of this process and sets the fixed ones and those given.</summary>
    public static Dictionary<string, string?> With(Dictionary<string, string?> more)
    {
        Dictionary<string, string?> variables = [];
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables[(string)variable.Key] = null;
        variables["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        variables["HOME"] = "/root";
        variables["LC_ALL"] = "C.UTF-8";
        variables["TZ"] = "UTC";
        variables["DEBIAN_FRONTEND"] = "noninteractive";
        foreach ((string name, string? value) in more)
            variables[name] = value;
        return variables;
    }
}
