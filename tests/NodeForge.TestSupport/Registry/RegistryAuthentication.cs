namespace NodeForge.TestSupport.Registry;

/// <summary>How a registry wants to know who asks.</summary>
public enum RegistryAuthentication
{
    None,
    Basic,

    /// <summary>A token from the registry's own token server, which lets anybody pull.</summary>
    AnonymousBearer,

    /// <summary>A token for the registry's user only.</summary>
    Bearer,
}
