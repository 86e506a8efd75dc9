namespace NodeForge.Engines.Calling;

/// <summary>What the engine answers where it made something.</summary>
internal sealed record CreatedObject
{
    public string Id
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;
}
