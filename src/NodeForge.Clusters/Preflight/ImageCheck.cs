namespace NodeForge.Clusters.Preflight;

/// <summary>Whether the engine has the images that nodes are made from: nothing is pulled.</summary>
internal sealed class ImageCheck : IMachineCheck
{
    public string Name => "image";

    public CheckResult Judge(MachineFacts facts)
    {
        if (facts.Engine is not { } engine)
            return CheckResult.NotLookedAt(MachineFacts.NoEngine);
        if (engine.Images.Count == 0)
            return CheckResult.NotLookedAt("none is named");
        Diagnostic[] missing =
        [
            .. engine.Images.Where(image => image.Details is null).Select(image => WantedImage.Missing(image.Reference, engine.Endpoint)),
        ];
        return new(string.Join(", ", engine.Images.Select(image => image.Reference)), missing);
    }
}
