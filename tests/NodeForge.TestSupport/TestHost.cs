namespace NodeForge.TestSupport;

/// <summary>Hosts that have nothing of this process but its clock.</summary>
public static class TestHost
{
    /// <summary>A host whose home and working folder is one folder.</summary>
    public static HostEnvironment In(string folder, params (string Name, string Value)[] variables) =>
        new()
        {
            Variables = variables.ToDictionary(variable => variable.Name, variable => variable.Value),
            Home = folder,
            WorkingFolder = folder,
            Clock = TimeProvider.System,
        };
}
